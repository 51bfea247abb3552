// The page: asks the API every few seconds and shows what changed. Everything is put in as text, never as HTML.
'use strict';

const POLL_MILLIS = 2000;
const PAGE = 50;
const GREATEST_LIMIT = 1000;
const MEBIBYTE = 1048576;

const WORDS = {
  it: {
    skip: 'Vai ai messaggi', compose: 'Nuovo messaggio', language: 'Lingua', accounts: 'Caselle', messages: 'Messaggi',
    search: 'Cerca oggetto, indirizzo, id…', filterState: 'Stato', filterAccount: 'Casella', more: 'Mostra altri',
    account: 'Casella', to: 'Destinatari (separati da virgola)', cc: 'Copia', subject: 'Oggetto', text: 'Testo', attachments: 'Allegati',
    close: 'Chiudi', send: 'Invia', enter: 'Entra', loginTitle: 'Accesso', live: 'in tempo reale', offline: 'collegamento perso, riprovo…',
    loginText: 'Il token resta in questa scheda del browser e viene inviato solo a questo server.', loginWrong: 'Token non valido.',
    allStates: 'Tutti gli stati', allAccounts: 'Tutte le caselle', waiting: 'In coda', moving: 'Inviati', doubt: 'In dubbio', accepted: 'Accettati',
    rejected: 'Rifiutati', failed: 'Falliti', cancelled: 'Ritirati', none: 'Nessun messaggio', noneText: 'Qui compaiono i messaggi appena vengono accodati.',
    choose: 'Scegliete un messaggio', chooseText: 'La sua storia, destinatario per destinatario, compare qui.', back: '← Messaggi',
    count: n => n === 1 ? '1 messaggio' : `${n} messaggi`, countMore: n => `i più recenti ${n}`,
    evidence: 'Scarica le prove (zip)', withdraw: 'Ritira', now: 'Riprova subito', resend: 'Rispedisci', markSent: 'È partito', giveUp: 'Non è partito',
    lanes: 'Destinatari', receipts: 'Ricevute e mail lette', events: 'Cronologia completa', noReceipts: 'Ancora nessuna ricevuta.',
    queued: 'In coda', sent: 'Inviato', acceptance: 'Accettazione', outcome: 'Consegna', expected: 'attesa', download: 'Scarica', original: 'Ricevuta',
    type: 'Tipo', recipient: 'Destinatario', certified: 'Ora certificata', verdict: 'Firma', file: 'File',
    lastRead: 'letta', never: 'mai letta finora', blind: 'non leggibile da', suspended: 'sospesa', suspendedTenant: 'cliente sospeso', suspendedBatch: 'lotto sospeso', byAdministrator: 'dall’amministratore', activate: 'Riattiva', ordinary: 'posta ordinaria',
    from: 'da', queuedAt: 'accodato', batch: 'lotto', attempts: 'tentativi', cc_role: 'copia', to_role: 'destinatario', bcc_role: 'copia nascosta',
    doubtText: 'Non si sa se il messaggio sia partito: la connessione è caduta dopo la consegna al server. Decide una ricevuta; se non arriva, decidete voi.',
    overdue: 'Accettazione in ritardo: il gestore non ha risposto nel tempo previsto.', overdueDelivery: 'esito in ritardo', sentOk: id => `Messaggio ${id} accodato.`, done: 'Fatto.',
    noAccount: 'Nessuna casella configurata.', unknown: 'Questo messaggio non esiste (più).', tooMany: 'Allegati troppo grandi.', giveUpReason: 'deciso da un operatore', untilNow: 'adesso',
    stateQueued: 'In coda', stateSending: 'In invio', stateDeferred: 'Rinviato', stateIn_doubt: 'In dubbio', stateSent: 'Inviato', stateAccepted: 'Accettato, in attesa', stateRejected: 'Non accettato',
    stateFailed: 'Fallito', stateCancelled: 'Ritirato', allDelivered: 'Consegnato', partly: (a, b) => `Consegnato ${a} su ${b}`, notDelivered: 'Non consegnato', conflict: 'Contraddizione', acceptedOnly: 'Accettato',
    rPending: 'In attesa', rSent: 'Inviato', rAccepted: 'Accettato', rDelayed: 'In ritardo (12 h)', rDelivered: 'Consegnato', rFailed: 'Non consegnato', rExternal: 'Casella non PEC', rConflict: 'Contraddizione',
    reason: { recipient_unknown: 'destinatario inesistente', mailbox_full: 'casella piena', virus: 'virus', timeout: 'non consegnato entro 24 ore', mailbox_disabled: 'casella disabilitata', domain_unknown: 'dominio inesistente', formal_error: 'errore formale', other: 'altro motivo' },
    verdicts: { trusted: 'firma valida', untrusted: 'firmatario sconosciuto', invalid: 'firma non valida', unsigned: 'senza firma', not_checked: 'firma non verificata' },
    dispositions: { recorded: 'vale come prova', waiting: 'in attesa', refused: 'non creduta', repeated: 'doppione', orphaned: 'senza messaggio', foreign: 'di altri', ignored: 'ignorata', unreadable: 'illeggibile' },
    ev: { queued: 'in coda', sent: 'inviato', deferred: 'rinviato', error: 'errore', in_doubt: 'in dubbio', cancelled: 'ritirato', bounce: 'respinto', pec_acceptance: 'accettazione', pec_delivery: 'consegna', pec_error: 'mancata consegna', pec_relay: 'presa in carico', pec_delay: 'avviso di ritardo', pec_timeout: 'termine scaduto' },
  },
  en: {
    skip: 'Skip to the messages', compose: 'New message', language: 'Language', accounts: 'Mailboxes', messages: 'Messages',
    search: 'Search subject, address, id…', filterState: 'State', filterAccount: 'Mailbox', more: 'Show more',
    account: 'Mailbox', to: 'Recipients (separated by commas)', cc: 'Copy', subject: 'Subject', text: 'Text', attachments: 'Attachments',
    close: 'Close', send: 'Send', enter: 'Enter', loginTitle: 'Sign in', live: 'live', offline: 'connection lost, trying again…',
    loginText: 'The token stays in this tab of the browser and goes to this server only.', loginWrong: 'The token is not valid.',
    allStates: 'All states', allAccounts: 'All mailboxes', waiting: 'Queued', moving: 'Sent', doubt: 'In doubt', accepted: 'Accepted',
    rejected: 'Rejected', failed: 'Failed', cancelled: 'Withdrawn', none: 'No messages', noneText: 'Messages appear here as soon as they are queued.',
    choose: 'Choose a message', chooseText: 'Its story, recipient by recipient, appears here.', back: '← Messages',
    count: n => n === 1 ? '1 message' : `${n} messages`, countMore: n => `the latest ${n}`,
    evidence: 'Download the evidence (zip)', withdraw: 'Withdraw', now: 'Try now', resend: 'Send again', markSent: 'It went out', giveUp: 'It did not',
    lanes: 'Recipients', receipts: 'Receipts and mails read', events: 'Full history', noReceipts: 'No receipts yet.',
    queued: 'Queued', sent: 'Sent', acceptance: 'Acceptance', outcome: 'Delivery', expected: 'expected', download: 'Download', original: 'Receipt',
    type: 'Type', recipient: 'Recipient', certified: 'Certified time', verdict: 'Signature', file: 'File',
    lastRead: 'read', never: 'not read yet', blind: 'unreadable since', suspended: 'suspended', suspendedTenant: 'tenant suspended', suspendedBatch: 'batch suspended', byAdministrator: 'by the administrator', activate: 'Activate', ordinary: 'ordinary mail',
    from: 'from', queuedAt: 'queued', batch: 'batch', attempts: 'attempts', cc_role: 'copy', to_role: 'recipient', bcc_role: 'blind copy',
    doubtText: 'Nobody knows whether the message went out: the connection broke after it was handed over. A receipt decides; if none comes, you do.',
    overdue: 'The acceptance is overdue: the provider did not answer in time.', overdueDelivery: 'outcome overdue', sentOk: id => `Message ${id} is queued.`, done: 'Done.',
    noAccount: 'No mailbox is configured.', unknown: 'This message does not exist (any more).', tooMany: 'The attachments are too large.', giveUpReason: 'decided by an operator', untilNow: 'just now',
    stateQueued: 'Queued', stateSending: 'Being sent', stateDeferred: 'Put off', stateIn_doubt: 'In doubt', stateSent: 'Sent', stateAccepted: 'Accepted, awaiting', stateRejected: 'Not accepted',
    stateFailed: 'Failed', stateCancelled: 'Withdrawn', allDelivered: 'Delivered', partly: (a, b) => `Delivered ${a} of ${b}`, notDelivered: 'Not delivered', conflict: 'Contradiction', acceptedOnly: 'Accepted',
    rPending: 'Pending', rSent: 'Sent', rAccepted: 'Accepted', rDelayed: 'Delayed (12 h)', rDelivered: 'Delivered', rFailed: 'Not delivered', rExternal: 'Not a PEC mailbox', rConflict: 'Contradiction',
    reason: { recipient_unknown: 'recipient unknown', mailbox_full: 'mailbox full', virus: 'virus', timeout: 'not delivered within 24 hours', mailbox_disabled: 'mailbox disabled', domain_unknown: 'domain unknown', formal_error: 'formal error', other: 'other reason' },
    verdicts: { trusted: 'valid signature', untrusted: 'unknown signer', invalid: 'invalid signature', unsigned: 'not signed', not_checked: 'signature not checked' },
    dispositions: { recorded: 'counts as proof', waiting: 'waiting', refused: 'not believed', repeated: 'repeated', orphaned: 'without message', foreign: 'of others', ignored: 'ignored', unreadable: 'unreadable' },
    ev: { queued: 'queued', sent: 'sent', deferred: 'put off', error: 'error', in_doubt: 'in doubt', cancelled: 'withdrawn', bounce: 'bounced', pec_acceptance: 'acceptance', pec_delivery: 'delivery', pec_error: 'not delivered', pec_relay: 'taken in charge', pec_delay: 'delay notice', pec_timeout: 'overdue' },
  },
};
const STATES = { waiting: 'queued,deferred,sending', moving: 'sent', doubt: 'in_doubt', accepted: 'accepted', rejected: 'rejected', failed: 'failed', cancelled: 'cancelled' };
const LOCALES = { it: 'it-IT', en: 'en-GB' };
const MARKS = { good: '✓', bad: '✕', warn: '!', odd: '?', rest: '–' };

const $ = id => document.getElementById(id);
const store = (kind, key, value) => { try { if (value === undefined) return kind.getItem(key); kind.setItem(key, value); } catch { /* storage is off */ } return null; };
let language = store(localStorage, 'language') || (navigator.language.startsWith('it') ? 'it' : 'en');
let token = store(sessionStorage, 'token') || '';
let limit = PAGE;
let depth = 1;           // How many answers a search is put together from, at most.
let seen = {};           // What was drawn last, by place: nothing is drawn again that did not change.
let known = new Set();   // The stations that are there already; a new one makes an entrance.
let accounts = [];
const t = key => WORDS[language][key];
const word = (group, key) => WORDS[language][group][key] || String(key).replaceAll('_', ' ');

// ---- elements

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'on') Object.entries(value).forEach(([event, action]) => element.addEventListener(event, action));
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Replaces what is in an element, if the data behind it changed, and leaves the focus where it was. */
function draw(place, data, children) {
  const text = language + JSON.stringify(data);
  if (seen[place.id] === text) return;
  seen[place.id] = text;
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const open = [...place.querySelectorAll('details[open]')].map(details => details.dataset.key);
  place.replaceChildren(...children());
  open.forEach(key => place.querySelector(`details[data-key="${CSS.escape(key)}"]`)?.setAttribute('open', ''));
  if (focused) place.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function when(seconds, exact) {
  const date = new Date(seconds * 1000);
  const today = date.toDateString() === new Date().toDateString();
  const time = { hour: '2-digit', minute: '2-digit', second: exact || today ? '2-digit' : undefined };
  const format = today && !exact ? time : { day: '2-digit', month: 'short', ...(exact ? { year: 'numeric' } : {}), ...time };
  return h('time', { datetime: date.toISOString(), title: date.toLocaleString(LOCALES[language]) }, date.toLocaleString(LOCALES[language], format));
}

function badge(tone, text, title) {
  return h('span', { class: `badge ${tone}`, title }, text);
}

// ---- asking

async function ask(path, options = {}) {
  const headers = { ...(token ? { 'X-API-Token': token } : {}), ...(options.body ? { 'Content-Type': 'application/json' } : {}) };
  const response = await fetch(path, { cache: 'no-cache', ...options, headers });
  if (response.status === 401) { login(); throw new Error('401'); }
  if (options.raw) {
    if (!response.ok) throw new Error((await response.json()).error);
    return response;
  }
  const body = await response.json();
  if (!response.ok) { const failure = new Error(body.error || response.statusText); failure.status = response.status; throw failure; }
  return body;
}

const post = (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) });

async function command(path, body, button) {
  if (button) button.disabled = true;
  try { await post(path, body); toast(t('done')); } catch (failure) { toast(failure.message); }
  if (button) button.disabled = false;
  refresh();
}

async function download(path, name) {
  try {
    const response = await ask(path, { raw: true });
    const url = URL.createObjectURL(await response.blob());
    h('a', { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  } catch (failure) { toast(failure.message); }
}

let toastTimer;
function toast(text) {
  $('toast').textContent = text;
  $('toast').hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $('toast').hidden = true; }, 5000);
}

function login() {
  if (!$('login').open) { $('login-error').textContent = token ? t('loginWrong') : ''; $('login').showModal(); }
}

// ---- what a message is, at a glance

function summary(message) {
  const recipients = message.recipients;
  const delivered = recipients.filter(one => one.state === 'delivered').length;
  const failed = recipients.filter(one => one.state === 'failed').length;
  if (message.state === 'in_doubt' || message.state === 'deferred') return ['warn', t('state' + capital(message.state))];
  if (message.state === 'rejected' || message.state === 'failed') return ['bad', t('state' + capital(message.state))];
  if (message.state === 'cancelled') return ['rest', t('stateCancelled')];
  if (recipients.some(one => one.state === 'conflict')) return ['odd', t('conflict')];
  if (delivered === recipients.length) return ['good', t('allDelivered')];
  if (delivered) return [failed ? 'bad' : message.finished ? 'good' : 'way', t('partly')(delivered, recipients.length)];
  if (failed) return ['bad', t('notDelivered')];
  if (message.state === 'accepted') return message.finished ? ['good', t('acceptedOnly')] : [recipients.some(one => one.state === 'delayed' || one.overdue_ts) ? 'warn' : 'way', t('stateAccepted')];
  if (message.acceptance_overdue_ts) return ['warn', t('state' + capital(message.state))];
  return ['way', t('state' + capital(message.state))];
}

const capital = text => text.charAt(0).toUpperCase() + text.slice(1);
const TONES = { delivered: 'good', failed: 'bad', delayed: 'warn', conflict: 'odd', external: 'rest', accepted: 'way', sent: 'way', pending: 'rest' };

// ---- list and accounts

function item(message) {
  const [tone, text] = summary(message);
  const href = address(message);
  return h('li', {}, h('a', { class: 'item', href, 'data-key': href, 'aria-current': href === location.hash ? 'true' : null },
    h('div', { class: 'item-top' }, h('strong', {}, message.subject || '—'), when(message.queued_ts)),
    h('div', { class: 'item-sub' }, message.recipients.map(one => one.address).join(', ')),
    h('div', { class: 'item-state' }, badge(tone, text),
      message.recipients.length > 1 && h('span', { class: 'segments', 'aria-hidden': 'true' }, message.recipients.slice(0, 24).map(one => h('i', { class: TONES[one.state] }))))));
}

const address = message => `#/${encodeURIComponent(message.tenant_id)}/${encodeURIComponent(message.id)}`;

async function drawList() {
  const query = new URLSearchParams({ limit: String(limit) });
  if ($('q').value.trim()) query.set('q', $('q').value.trim());
  if ($('state').value) query.set('state', STATES[$('state').value]);
  if ($('account').value) { const [tenant, id] = JSON.parse($('account').value); query.set('tenant_id', tenant); query.set('account_id', id); }
  // A search looks through so many messages at a time; "more" has it look further.
  const messages = [];
  let answer;
  for (let turn = 0; turn < depth && messages.length < limit && (!answer || answer.next !== undefined); turn++) {
    if (answer) query.set('after', answer.next);
    answer = await ask('messages?' + query);
    messages.push(...answer.messages);
  }
  const more = answer.next !== undefined && limit < GREATEST_LIMIT;
  const count = answer.next !== undefined ? t('countMore')(messages.length) : t('count')(messages.length);
  if ($('count').textContent !== count) $('count').textContent = count;
  $('more').hidden = !more;
  draw($('list'), [messages, location.hash], () => messages.length ? messages.map(item)
    : [h('li', { class: 'empty' }, h('strong', {}, t('none')), h('br'), t('noneText'))]);
}

async function drawAccounts() {
  const [listed, status] = await Promise.all([ask('accounts'), ask('status')]);
  accounts = listed.accounts;
  const options = accounts.map(one => [JSON.stringify([one.tenant_id, one.id]), one.tenant_id === one.id ? one.id : `${one.id} · ${one.tenant_id}`]);
  choices($('account'), [['', t('allAccounts')], ...options]);
  choices($('c-account'), options);
  const suspensions = status.suspensions;
  // How long ago is of no interest as long as it is not long ago: the line is drawn again when something is wrong.
  const rows = accounts.map(account => {
    const mailbox = status.mailboxes.find(one => one.account_id === account.id && one.tenant_id === account.tenant_id);
    const suspension = suspensions.find(one => one.tenant_id === account.tenant_id && one.account_id === account.id)
      || suspensions.find(one => one.tenant_id === account.tenant_id && !one.account_id && !one.batch_code);
    return { account, mailbox, suspension };
  });
  // What is held back and stands behind no mailbox: batches, and tenants without one.
  const others = suspensions.filter(one => one.batch_code || !rows.some(row => row.suspension === one));
  const release = suspension => status.tenant_id && suspension.by_administrator ? null
    : h('button', { type: 'button', class: 'link', 'data-key': `activate-${suspension.tenant_id}-${suspension.account_id || ''}-${suspension.batch_code || ''}`,
      on: { click: event => command('commands/activate', { tenant_id: suspension.tenant_id, account_id: suspension.account_id, batch_code: suspension.batch_code }, event.currentTarget) } }, t('activate'));
  const why = (label, suspension) => `${t(label)}${suspension.by_administrator && status.tenant_id ? ` ${t('byAdministrator')}` : ''}: ${suspension.reason}`;
  draw($('accounts'), [rows, others], () => rows.map(({ account, mailbox, suspension }) => {
    const tone = mailbox?.blind_since_ts ? 'bad' : suspension ? 'warn' : !account.is_pec_account || mailbox?.last_read_ts ? 'good' : '';
    const text = h('span', {});
    if (suspension) text.append(why('suspended', suspension));
    if (suspension && mailbox?.blind_since_ts) text.append(' · ');
    if (mailbox?.blind_since_ts) text.append(`${t('blind')} `, when(mailbox.blind_since_ts), mailbox.trouble ? ` · ${mailbox.trouble}` : '');
    else if (!suspension && mailbox?.last_read_ts) text.append(`${t('lastRead')} `, when(mailbox.last_read_ts));
    else if (!suspension) text.append(account.is_pec_account ? t('never') : t('ordinary'));
    return h('div', { class: `account ${tone}` }, h('i', { class: 'dot', 'aria-hidden': 'true' }), h('strong', {}, account.address || account.id), text, suspension && release(suspension));
  }).concat(others.map(one => h('div', { class: 'account warn' }, h('i', { class: 'dot', 'aria-hidden': 'true' }), h('strong', {}, one.batch_code || one.account_id || one.tenant_id),
    h('span', {}, why(one.batch_code ? 'suspendedBatch' : one.account_id ? 'suspended' : 'suspendedTenant', one)), release(one)))));
}

function choices(select, options) {
  const text = language + JSON.stringify(options);
  if (seen[select.id] === text) return;
  seen[select.id] = text;
  const chosen = select.value;
  select.replaceChildren(...options.map(([value, label]) => h('option', { value }, label)));
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}

// ---- one message

function route() {
  const parts = location.hash.match(/^#\/([^/]+)\/(.+)$/);
  return parts && { tenant: decodeURIComponent(parts[1]), id: decodeURIComponent(parts[2]) };
}

async function drawDetail() {
  const chosen = route();
  document.body.classList.toggle('reading', Boolean(chosen));
  if (!chosen) {
    draw($('detail'), 'none', () => [h('div', { class: 'empty' }, h('img', { src: 'icon.svg', alt: '', width: '72', height: '72' }), h('h2', {}, t('choose')), h('p', {}, t('chooseText')))]);
    return;
  }
  const base = `messages/${encodeURIComponent(chosen.id)}`;
  const tenant = `?tenant_id=${encodeURIComponent(chosen.tenant)}`;
  try {
    const [{ message }, { events }, { receipts }] = await Promise.all([ask(base + tenant), ask(`${base}/events${tenant}`), ask(`${base}/receipts${tenant}`)]);
    if (JSON.stringify(route()) !== JSON.stringify(chosen)) return;
    draw($('detail'), [message, events, receipts], () => [sheet(message, events, receipts, base, tenant)]);
  } catch (failure) {
    if (failure.status !== 404) throw failure;
    draw($('detail'), 'gone', () => [h('div', { class: 'empty' }, h('p', {}, t('unknown')), h('a', { href: '#' }, t('back')))]);
  }
}

function sheet(message, events, receipts, base, tenant) {
  const [tone, text] = summary(message);
  const target = { id: message.id, tenant_id: message.tenant_id };
  const action = (label, path, body, main) => h('button', { type: 'button', class: main ? 'primary' : null, 'data-key': path, on: { click: event => command(path, body, event.currentTarget) } }, label);
  const waiting = message.state === 'queued' || message.state === 'deferred';
  const doubt = message.state === 'in_doubt';
  return h('article', { class: 'sheet' },
    h('a', { class: 'back', href: '#', 'data-key': 'back' }, t('back')),
    h('div', { class: 'sheet-head' }, h('h2', { id: 'subject' }, message.subject || '—'), badge(tone, text)),
    h('p', { class: 'meta' }, h('span', {}, h('code', {}, message.id)), h('span', {}, `${t('from')} `, message.from), h('span', {}, `${t('queuedAt')} `, when(message.queued_ts)),
      message.batch_code && h('span', {}, `${t('batch')} `, h('code', {}, message.batch_code)), message.attempts > 1 && h('span', {}, `${t('attempts')} ${message.attempts}`)),
    doubt && h('p', { class: 'notice' }, t('doubtText')),
    message.acceptance_overdue_ts && message.state === 'sent' && h('p', { class: 'notice' }, t('overdue')),
    message.error && message.state !== 'accepted' && h('p', { class: 'notice bad' }, message.error),
    h('div', { class: 'actions' },
      h('button', { type: 'button', class: doubt ? null : 'primary', 'data-key': 'evidence', id: 'evidence', on: { click: () => download(`${base}/evidence${tenant}`, `${message.id}.zip`) } }, t('evidence')),
      waiting && action(t('now'), 'commands/run-now', target), waiting && action(t('withdraw'), 'commands/delete-messages', { ids: [message.id], tenant_id: message.tenant_id }),
      doubt && action(t('resend'), 'commands/resend', target, true), doubt && action(t('markSent'), 'commands/mark-sent', target),
      doubt && action(t('giveUp'), 'commands/fail', { ...target, reason: t('giveUpReason') })),
    h('h3', {}, `${t('lanes')} (${message.recipients.length})`),
    h('ul', { class: 'lanes' }, message.recipients.map(recipient => lane(message, recipient, events, receipts, base, tenant))),
    h('h3', {}, t('receipts')),
    receipts.length ? receiptTable(receipts, base, tenant) : h('p', {}, t('noReceipts')),
    h('details', { 'data-key': 'log' }, h('summary', { 'data-key': 'log-summary' }, `${t('events')} (${events.length})`),
      h('ol', { class: 'log' }, events.map(event => h('li', {}, when(event.event_ts, true), h('b', {}, word('ev', event.event_type)), h('code', {}, Object.entries(event.event_data).map(([name, value]) => `${name}: ${value}`).join(' · ')))))));
}

/** The stations of one recipient. What concerns the whole message (queued, sent, acceptance) stands in each lane. */
function lane(message, recipient, events, receipts, base, tenant) {
  const own = events.filter(event => !event.event_data.recipient || event.event_data.recipient.toLowerCase() === recipient.address.toLowerCase());
  const last = (...types) => own.filter(event => types.includes(event.event_type)).pop();
  const sent = last('sent');
  const acceptance = last('pec_acceptance');
  const refusal = own.find(event => event.event_type === 'pec_error' && event.event_data.receipt_type === 'non-accettazione');
  const end = outcome(message, recipient, last);
  const stations = [
    { key: 'queued', label: t('queued'), tone: 'good', event: last('queued') },
    { key: 'sent', label: t('sent'), tone: sent ? 'good' : { in_doubt: 'warn', failed: 'bad', cancelled: 'rest', deferred: 'warn' }[message.state], event: sent || last('in_doubt', 'error', 'cancelled', 'deferred') },
  ];
  if (message.is_pec) stations.push({ key: 'acceptance', label: t('acceptance'), tone: refusal ? 'bad' : acceptance ? 'good' : message.acceptance_overdue_ts ? 'warn' : null, event: refusal || acceptance || last('pec_timeout') });
  stations.push({ key: 'outcome', label: end?.label || t('outcome'), tone: end?.tone, event: end?.event, why: end?.why });
  const open = !message.finished && !refusal;
  let waits = open;
  const drawn = stations.map((station, index) => {
    const reached = Boolean(station.tone);
    const next = !reached && waits;
    if (!reached) waits = false;
    const name = `${message.tenant_id}/${message.id}/${recipient.address}/${station.key}/${station.tone}`;
    const fresh = reached && known.size > 0 && !known.has(name);
    if (reached) known.add(name);
    const half = reached && index + 1 < stations.length && !stations[index + 1].tone;
    const kind = !reached ? (next ? 'next' : 'todo') : station.tone === 'good' ? 'done' : `done ${station.tone}`;
    const receipt = station.event && receipts.find(one => one.receipt_message_id && one.receipt_message_id === station.event.event_data.receipt_message_id);
    return h('li', { class: `station ${kind}${half ? ' half' : ''}${fresh ? ' arrived' : ''}` },
      h('span', { class: 'knob', 'aria-hidden': 'true' }, reached ? MARKS[station.tone] : ''),
      h('b', {}, station.label), reached && station.event ? when(station.event.event_ts) : next ? h('span', { class: 'why' }, t('expected')) : null,
      station.why && h('span', { class: 'why' }, station.why),
      receipt && h('span', { class: 'proof' }, badge(receipt.verdict === 'trusted' ? 'good' : 'warn', word('verdicts', receipt.verdict)),
        receipt.downloadable && h('button', { type: 'button', class: 'link', 'data-key': `${recipient.address}-${receipt.id}`, 'aria-label': `${t('download')}: ${receipt.receipt_type || receipt.kind} ${recipient.address}`, on: { click: () => download(`${base}/receipts/${receipt.id}${tenant}`, `${message.id}-${receipt.id}.eml`) } }, t('original'))));
  });
  const asides = own.filter(event => ['pec_relay', 'pec_delay', 'pec_timeout', 'deferred', 'in_doubt'].includes(event.event_type));
  const forged = receipts.filter(one => one.disposition === 'refused' && one.recipient === recipient.address);
  return h('li', { class: 'lane' },
    h('div', { class: 'lane-head' }, h('strong', {}, recipient.address), h('small', {}, t(recipient.role + '_role')), badge(TONES[recipient.state] || 'rest', t('r' + capital(recipient.state)))),
    h('ol', { class: 'stations' }, drawn),
    asides.length + forged.length > 0 && h('ul', { class: 'asides' },
      asides.map(event => h('li', {}, h('b', {}, word('ev', event.event_type)), ' ', when(event.event_ts), ' ', event.event_data.error_detail || event.event_data.reason || event.event_data.stage || '')),
      forged.map(one => h('li', {}, badge('bad', word('dispositions', 'refused')), ' ', h('b', {}, one.receipt_type || one.kind), ' — ', word('verdicts', one.verdict)))));
}

function outcome(message, recipient, last) {
  const why = [recipient.reason && word('reason', recipient.reason), recipient.detail].filter(Boolean).join(' · ');
  switch (recipient.state) {
    case 'delivered': return { label: t('rDelivered'), tone: 'good', event: last('pec_delivery') };
    case 'failed': return { label: t('rFailed'), tone: 'bad', event: last('pec_error', 'bounce', 'error'), why };
    case 'external': return { label: t('rExternal'), tone: 'rest', event: last('pec_acceptance'), why };
    case 'conflict': return { label: t('rConflict'), tone: 'odd', event: last('pec_error', 'pec_delivery'), why };
    case 'delayed': return { label: t('rDelayed'), tone: 'warn', event: last('pec_delay'), why };
    default: return recipient.overdue_ts ? { label: t('outcome'), tone: 'warn', event: last('pec_timeout'), why: t('overdueDelivery') } : null;
  }
}

function receiptTable(receipts, base, tenant) {
  const id = decodeURIComponent(base.slice('messages/'.length));
  return h('div', { class: 'table-wrap' }, h('table', {},
    h('thead', {}, h('tr', {}, ['type', 'recipient', 'certified', 'verdict', 'file'].map(key => h('th', { scope: 'col' }, t(key))))),
    h('tbody', {}, receipts.map(one => h('tr', {},
      h('td', {}, h('strong', {}, one.receipt_type || one.kind)),
      h('td', {}, one.recipient || ''),
      h('td', {}, one.certified_ts ? when(one.certified_ts, true) : ''),
      h('td', {}, badge(one.verdict === 'trusted' ? 'good' : 'bad', word('verdicts', one.verdict)), ' ',
        one.disposition !== 'recorded' && h('span', { class: 'why' }, `${word('dispositions', one.disposition)}: ${one.reason}`)),
      h('td', {}, one.downloadable && h('button', { type: 'button', class: 'link', 'data-key': 'receipt-' + one.id, 'aria-label': `${t('download')} ${one.receipt_type || one.kind} ${one.recipient || ''}`, on: { click: () => download(`${base}/receipts/${one.id}${tenant}`, `${id}-${one.id}.eml`) } }, t('download'))))))));
}

// ---- sending

const base64 = file => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1));
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

async function send(event) {
  event.preventDefault();
  const error = $('c-error');
  error.textContent = '';
  if (!$('c-account').value) { error.textContent = t('noAccount'); return; }
  const [tenant, id] = JSON.parse($('c-account').value);
  const files = [...$('c-files').files];
  if (files.reduce((sum, file) => sum + file.size, 0) > 30 * MEBIBYTE) { error.textContent = t('tooMany'); return; }
  $('c-send').disabled = true;
  const list = text => text.split(/[,;]/).map(one => one.trim()).filter(Boolean);
  // The id is made once for what stands in the form, so that sending it again after a broken connection changes nothing.
  const key = $('compose').dataset.id ||= 'web-' + Date.now().toString(36) + '-' + Array.from(crypto.getRandomValues(new Uint8Array(4)), byte => byte.toString(16).padStart(2, '0')).join('');
  try {
    const attachments = await Promise.all(files.map(async file => ({ filename: file.name, mime_type: file.type || 'application/octet-stream', content: await base64(file) })));
    const message = { id: key, tenant_id: tenant, account_id: id, from: accounts.find(one => one.id === id && one.tenant_id === tenant).address,
      to: list($('c-to').value), cc: list($('c-cc').value), subject: $('c-subject').value, body: $('c-text').value, attachments };
    const answer = await post('commands/add-messages', { messages: [message] });
    if (answer.rejected.length) { error.textContent = answer.rejected[0].reason; delete $('compose').dataset.id; return; }
    delete $('compose').dataset.id;
    $('compose').close();
    $('compose-form').reset();
    toast(t('sentOk')(key));
    location.hash = address(message);
    refresh();
  } catch (failure) { error.textContent = failure.message; } finally { $('c-send').disabled = false; }
}

// ---- the whole

function translate() {
  document.documentElement.lang = language;
  document.querySelectorAll('[data-t]').forEach(element => { element.textContent = t(element.dataset.t); });
  document.querySelectorAll('[data-label]').forEach(element => element.setAttribute('aria-label', t(element.dataset.label)));
  document.querySelectorAll('[data-placeholder]').forEach(element => element.setAttribute('placeholder', t(element.dataset.placeholder)));
  ['it', 'en'].forEach(one => $('lang-' + one).setAttribute('aria-pressed', String(one === language)));
  choices($('state'), [['', t('allStates')], ...Object.keys(STATES).map(key => [key, t(key)])]);
}

let running = false;
let again = false;
async function refresh() {
  if (running) { again = true; return; }
  running = true;
  try {
    await Promise.all([drawList(), drawAccounts(), drawDetail()]);
    online(true);
  } catch (failure) {
    online(false);
  }
  running = false;
  if (again) { again = false; refresh(); }
}

function online(yes) {
  $('live').classList.toggle('off', !yes);
  const text = t(yes ? 'live' : 'offline');
  if ($('live-text').textContent !== text) $('live-text').textContent = text;
}

function choose(next) {
  language = next;
  store(localStorage, 'language', next);
  translate();
  refresh();
}

$('lang-it').addEventListener('click', () => choose('it'));
$('lang-en').addEventListener('click', () => choose('en'));
$('compose-open').addEventListener('click', () => $('compose').showModal());
$('c-cancel').addEventListener('click', () => $('compose').close());
$('compose-form').addEventListener('submit', send);
$('compose-form').addEventListener('input', () => { delete $('compose').dataset.id; });
$('login-form').addEventListener('submit', () => { token = $('token').value.trim(); store(sessionStorage, 'token', token); $('token').value = ''; refresh(); });
$('login').addEventListener('cancel', event => event.preventDefault());
$('filters').addEventListener('submit', event => event.preventDefault());
let typing;
$('filters').addEventListener('input', () => { limit = PAGE; depth = 1; clearTimeout(typing); typing = setTimeout(refresh, 200); });
$('more').addEventListener('click', () => { limit = Math.min(GREATEST_LIMIT, limit + PAGE); depth++; refresh(); });
window.addEventListener('hashchange', async () => { known = new Set(); await refresh(); if (route()) { $('detail').scrollTop = 0; $('detail').focus({ preventScroll: true }); window.scrollTo(0, 0); } else { $('list').focus({ preventScroll: true }); } });
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
setInterval(() => { if (!document.hidden && !$('login').open) refresh(); }, POLL_MILLIS);
translate();
refresh();
