package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.message.InvalidValueException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * The program: {@code java -jar rest-api.jar}. It is configured by its environment ({@link Settings}). With {@code --sandbox} it brings
 * its own simulated provider and some messages to look at.
 */
public final class RestApi {
    private static final Logger LOG = LoggerFactory.getLogger(RestApi.class);
    private static final int BAD_USAGE = 2;

    private RestApi() {}

    /**
     * Runs until the process is told to end; then what is on the wire finishes.
     *
     * @param arguments {@code --sandbox}, or nothing
     * @throws IOException if the sandbox cannot write its files
     */
    public static void main(String[] arguments) throws IOException {
        List<String> given = List.of(arguments);
        if (!given.isEmpty() && !given.equals(List.of("--sandbox"))) {
            System.err.println(
                    "Usage: java -jar rest-api.jar [--sandbox]. The settings are environment variables, see README.md.");
            System.exit(BAD_USAGE);
        }
        Map<String, String> environment = new HashMap<>(System.getenv());
        try {
            if (given.isEmpty()) {
                start(Settings.of(environment));
            } else {
                DemoProvider demo = DemoProvider.start(Path.of("data", "sandbox"));
                environment.putAll(demo.environment());
                demo.fill(start(Settings.of(environment)));
            }
        } catch (InvalidValueException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(BAD_USAGE);
        }
    }

    static ConfigurableApplicationContext start(Settings settings) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(ProxyConfiguration.class)
                .web(WebApplicationType.SERVLET)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .initializers(prepared -> {
                    // First, so that no other variable can make a program without a token listen to the world.
                    prepared.getEnvironment()
                            .getPropertySources()
                            .addFirst(new MapPropertySource("settings", ProxyConfiguration.properties(settings)));
                    prepared.getBeanFactory().registerSingleton("settings", settings);
                })
                .run();
        String port = context.getEnvironment().getProperty("local.server.port");
        if (settings.isOpen()) {
            LOG.warn("GMP_API_TOKEN is not set: anybody on this machine may use the API, and nobody else can reach it");
        }
        LOG.info("Listening on http://{}:{}/", settings.isOpen() ? "localhost" : settings.host(), port);
        return context;
    }
}
