package io.github.pecmailproxy.rest;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import io.github.pecmailproxy.evidence.EvidenceBundle;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.sandbox.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page in a real browser. Its pictures are left in target/screenshots. */
@Tag("real-servers")
class PageRealServerTest {
    private static final RunningApi API = RunningApi.get();
    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final double LONGEST_WAIT = 30_000;

    private static Playwright playwright;
    private static Browser browser;

    private BrowserContext context;
    private Page page;
    private String token;
    private final List<String> complaints = new ArrayList<>();
    private final List<String> addresses = new ArrayList<>();

    @BeforeAll
    static void startTheBrowser() throws IOException {
        Optional<Path> chromium = Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(chromium.isPresent(), "no Chromium: install Debian's package chromium");
        Files.createDirectories(PICTURES);
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium.get())
                        .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
        com.microsoft.playwright.assertions.PlaywrightAssertions.setDefaultAssertionTimeout(LONGEST_WAIT);
    }

    @AfterAll
    static void stopTheBrowser() {
        if (playwright != null) {
            playwright.close();
        }
    }

    @BeforeEach
    void openThePage() {
        open(1280, 860, "it-IT", API.tokenOf("browser"));
    }

    @AfterEach
    void closeThePage() {
        context.close();
        assertThat(complaints).as("what the browser complained about").isEmpty();
        assertThat(addresses)
                .as("nothing from elsewhere")
                .allMatch(address -> address.startsWith(API.base() + "/") || address.startsWith("blob:" + API.base()));
    }

    private void open(int width, int height, String locale, String newToken) {
        token = newToken;
        if (context != null) {
            context.close();
        }
        API.account("pec-browser", "browser");
        API.post("/commands/activate", Map.of("account_id", "pec-browser")).ok();
        context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setLocale(locale)
                .setTimezoneId("Europe/Rome")
                .setReducedMotion(com.microsoft.playwright.options.ReducedMotion.REDUCE));
        context.setDefaultTimeout(LONGEST_WAIT);
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().contains("401")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.onRequest(request -> addresses.add(request.url()));
        page.navigate(API.base() + "/");
        page.getByLabel("X-API-Token").fill(token);
        page.keyboard().press("Enter");
        assertThat(page.locator("#login")).not().isVisible();
    }

    private void picture(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve(name + ".png")));
    }

    private void compose(String to, String subject) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Nuovo messaggio"))
                .click();
        Locator form = page.locator("#compose");
        form.getByLabel("Destinatari").fill(to);
        form.getByLabel("Oggetto").fill(subject);
        form.getByLabel("Testo").fill("Gentile destinatario");
        form.locator("#c-send").click();
    }

    private Locator lane(String address) {
        return page.locator(".lane").filter(new Locator.FilterOptions().setHasText(address));
    }

    @Test
    void sendsAMessageAndWatchesItsTimelineGrowToTheEvidence() throws IOException {
        API.sandbox().fate("tardi@pec.it", Fate.delayedThenDelivered(Duration.ofSeconds(2), Duration.ofSeconds(5)));

        compose("pronto@pec.it, piena@pec.it, tardi@pec.it", "Diffida <b>ad adempiere</b>");

        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Diffida <b>ad adempiere</b>")))
                .isVisible();
        assertThat(lane("pronto@pec.it").locator(".station.done")).hasCount(4);
        assertThat(lane("pronto@pec.it")).containsText("firma valida");
        assertThat(lane("piena@pec.it")).containsText("casella piena");
        assertThat(lane("tardi@pec.it").locator(".station.warn, .station.next").first())
                .isVisible();
        picture("desktop-growing");
        assertThat(lane("tardi@pec.it")).containsText("avviso di ritardo");
        assertThat(lane("tardi@pec.it").locator(".station.done:not(.warn)")).hasCount(4);
        assertThat(page.locator(".sheet-head .badge")).hasText("Consegnato 2 su 3");
        picture("desktop-finished");

        Download evidence = page.waitForDownload(() -> page.locator("#evidence").click());
        assertThat(EvidenceBundle.verify(
                                evidence.path(),
                                ProviderTrust.builder()
                                        .anchor(API.sandbox().receiptCa())
                                        .build())
                        .failures())
                .isEmpty();
        Download receipt = page.waitForDownload(
                () -> lane("pronto@pec.it").getByRole(AriaRole.BUTTON).last().click());
        assertThat(Files.readString(receipt.path(), java.nio.charset.StandardCharsets.ISO_8859_1))
                .contains("X-Ricevuta: avvenuta-consegna");
    }

    @Test
    void findsMessagesAndIsUsedByKeyboardInBothLanguages() {
        API.add(
                RunningApi.message("find-alpha", "pec-browser", "alfa@pec.it"),
                RunningApi.message("find-beta", "pec-browser", "beta@pec.it"));
        assertThat(page.locator("html")).hasAttribute("lang", "it");
        page.locator("#q").fill("FIND-ALPHA");
        assertThat(page.locator("#list")).containsText("find-alpha");
        assertThat(page.locator("#list")).not().containsText("find-beta");
        assertThat(page.locator(".item")).hasCount(1);
        page.locator("#q").press("Tab"); // To the filter of states,
        page.keyboard().press("Tab"); // of accounts,
        page.keyboard().press("Tab"); // and to the message.
        assertThat(page.locator(".item")).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.locator("#subject")).hasText("Subject of find-alpha");
        assertThat(page.locator("#detail")).isFocused();

        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("English"))
                .click();
        assertThat(page.locator("html")).hasAttribute("lang", "en");
        assertThat(lane("alfa@pec.it")).containsText("Delivered");
        picture("desktop-english");
        page.locator("#q").fill("no such message");
        assertThat(page.locator("#list")).containsText("No messages");
        page.locator("#q").fill("");
        page.locator("#state").selectOption("failed");
        assertThat(page.locator("#list")).containsText("No messages");
        page.reload();
        assertThat(page.locator("html")).hasAttribute("lang", "en");
    }

    @Test
    void fitsAPhone() {
        API.add(RunningApi.message("phone-1", "pec-browser", "uno@pec.it", "sconosciuto@pec.it"));
        open(390, 844, "it-IT", API.tokenOf("browser"));
        assertThat(page.locator(".item").first()).isVisible();
        assertThat(page.locator(".detail-pane")).not().isVisible();
        picture("phone-list");
        page.locator(".item", new Page.LocatorOptions().setHasText("phone-1")).click();
        assertThat(lane("uno@pec.it").locator(".station.done")).hasCount(4);
        picture("phone-message");
        Object overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assertThat(((Number) overflow).intValue())
                .as("nothing wider than the screen")
                .isZero();
        page.getByRole(
                        AriaRole.LINK,
                        new Page.GetByRoleOptions().setName("Messaggi").setExact(false))
                .last()
                .click();
        assertThat(page.locator(".item").first()).isVisible();
    }

    @Test
    void showsWhatIsHeldBackAndLetsItGo() {
        API.post(token, "/commands/suspend", Map.of("account_id", "pec-browser", "reason", "<i>in manutenzione</i>"))
                .ok();
        assertThat(page.locator(".account")).containsText("sospesa: <i>in manutenzione</i>");
        compose("fermo@pec.it", "Resta in coda");
        assertThat(lane("fermo@pec.it").locator(".station.done")).hasCount(1);
        picture("desktop-suspended");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Riattiva"))
                .click();
        assertThat(lane("fermo@pec.it").locator(".station.done")).hasCount(4);
    }

    @Test
    void showsBatchesThatAreHeldBackAndWhoMayLetThemGo() {
        API.post(token, "/commands/suspend", Map.of("batch_code", "solleciti-2026", "reason", "testo da rivedere"))
                .ok();
        API.post("/commands/suspend", Map.of("tenant_id", "browser", "reason", "fattura scaduta"))
                .ok();
        Locator batch = page.locator(".account").filter(new Locator.FilterOptions().setHasText("solleciti-2026"));
        assertThat(batch).containsText("lotto sospeso: testo da rivedere");
        Locator account = page.locator(".account").filter(new Locator.FilterOptions().setHasText(RunningApi.MAILBOX));
        assertThat(account).containsText("sospesa dall’amministratore: fattura scaduta");
        assertThat(account.getByRole(AriaRole.BUTTON)).hasCount(0);
        picture("desktop-held-back");

        batch.getByRole(AriaRole.BUTTON).click();

        assertThat(batch).hasCount(0);
        API.post("/commands/activate", Map.of("tenant_id", "browser")).ok();
        assertThat(account).not().containsText("sospesa");
    }

    @Test
    void saysSinceWhenAMailboxCannotBeRead() {
        Map<String, Object> blind = API.accountFields("pec-blind", "browser");
        blind.put("address", "cieca@pec.it");
        blind.put("imap_port", 1); // Nobody listens there.
        API.post("/account", blind).ok();
        Locator account = page.locator(".account").filter(new Locator.FilterOptions().setHasText("cieca@pec.it"));

        assertThat(account).containsText("non leggibile da");
        assertThat(account.locator("time")).hasCount(1);
        assertThat(account).not().containsText("refused");
        picture("desktop-blind");
        API.send("DELETE", "/account/pec-blind", null, Map.of("X-API-Token", RunningApi.TOKEN))
                .ok();
        assertThat(account).hasCount(0);
    }

    @Test
    void saysWhatIsWrongWithAMessage() {
        compose("nessun indirizzo", "Sbagliato");
        assertThat(page.locator("#c-error")).containsText("to[0]");
        picture("desktop-compose");
        page.keyboard().press("Escape");
        assertThat(page.locator("#compose")).not().isVisible();
    }

    @Test
    void namesEveryControlAndKeepsItsContrast() {
        API.add(RunningApi.message("named-1", "pec-browser", "uno@pec.it"));
        page.navigate(API.base() + "/#/browser/named-1");
        assertThat(lane("uno@pec.it").locator(".station.done")).hasCount(4);
        Object nameless = page.evaluate("""
                () => [...document.querySelectorAll('button, a, input, select, textarea')].filter(control => {
                  const label = control.labels && [...control.labels].map(one => one.textContent).join('').trim();
                  return !(control.getAttribute('aria-label') || label || control.textContent.trim());
                }).map(control => control.outerHTML)""");
        assertThat((List<?>) nameless).isEmpty();
        for (String scheme : List.of("light", "dark")) {
            page.emulateMedia(new Page.EmulateMediaOptions()
                    .setColorScheme(com.microsoft.playwright.options.ColorScheme.valueOf(
                            scheme.toUpperCase(java.util.Locale.ROOT))));
            Object faint = page.evaluate(CONTRAST);
            assertThat((List<?>) faint).as(scheme).isEmpty();
            picture("desktop-" + scheme);
        }
    }

    /** Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3). */
    private static final String CONTRAST = """
            () => {
              const parts = color => color.match(/[\\d.]+/g).map(Number);
              const light = ([r, g, b]) => {
                const [x, y, z] = [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * x + 0.7152 * y + 0.0722 * z;
              };
              const behind = element => {
                for (let one = element; one; one = one.parentElement) {
                  const color = parts(getComputedStyle(one).backgroundColor);
                  if (color.length < 4 || color[3] === 1) return color;
                }
                return [255, 255, 255];
              };
              const faint = [];
              for (const element of document.querySelectorAll('body *')) {
                const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
                if (!own || !element.checkVisibility() || element.closest('.skip, .sr, [aria-hidden], option')) continue;
                const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
                const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                if (ratio < 4.5) faint.push(`${element.textContent.trim()}: ${ratio.toFixed(2)}`);
              }
              return faint;
            }""";
}
