// The host, live: payments, messages, batches, book, mailbox, log.
import { Speaks } from "/desk/words.js";
import { Message } from "/desk/message.js";
import { term } from "/desk/terms.js";
import { WorkList } from "/desk/worklist.js";

const TABS = ["payments", "messages", "batches", "ledger", "worklist", "mail", "log"];

const Payments = {
  mixins: [Speaks],
  props: ["rows"],
  emits: ["open"],
  methods: { term, six(trace) { return trace === null ? "—" : String(trace).padStart(6, "0"); } },
  template: `
  <p v-if="!rows?.length" class="d-empty">{{ t('noPayments') }}</p>
  <table v-else class="d-table d-list d-payments"><thead><tr><th scope="col">{{ t('time') }}</th><th scope="col">{{ t('trace') }}</th><th scope="col">{{ t('kind') }}</th><th scope="col" class="d-wide">{{ t('card') }}</th><th scope="col" class="d-right">{{ t('amount') }}</th><th scope="col">{{ t('state') }}</th></tr></thead>
    <tbody v-for="row in rows" :key="row.id" class="d-click" @click="$emit('open', row.id)"><tr :data-payment="row.id">
      <td class="d-mono">{{ clockTime(row.at) }}</td><td><button type="button" class="d-linkbtn d-mono" :aria-label="t('timeline') + ' ' + six(row.trace)">{{ six(row.trace) }}</button></td>
      <td>{{ t(row.kind) }}</td><td class="d-mono d-wide d-dim">{{ row.card.length > 10 ? row.card.slice(0, 6) + '…' + row.card.slice(-4) : row.card }}</td><td class="d-num d-right">{{ money(row.amountFen) }}</td>
      <td><span class="d-state" :class="'is-' + row.state">{{ t(row.state) + (row.response && row.response !== '00' ? ' ' + row.response : '') }}</span></td></tr>
      <tr v-if="row.why || row.cause" class="d-whyrow"><td></td><td colspan="5" class="d-dim"><span v-if="row.code" class="d-mono">{{ row.code }}</span>{{ row.why ? pick(row.why) : term(lang, row.cause) }}</td></tr></tbody></table>`,
};

const Messages = {
  mixins: [Speaks],
  components: { Message },
  props: ["rows"],
  data: () => ({ open: 0 }),
  template: `
  <p v-if="!rows?.length" class="d-empty">{{ t('noMessages') }}</p>
  <ol v-else class="d-plainlist"><li v-for="row in rows" :key="row.n">
    <button type="button" class="d-fold d-msgrow" :aria-expanded="String(open === row.n)" @click="open = open === row.n ? 0 : row.n">
      <span class="d-mono d-dim">{{ clockTime(row.at, true) }}</span><span class="d-arrow" :class="'is-' + row.direction" :title="t(row.direction === 'request' ? 'tillToHost' : 'hostToTill')">{{ row.direction === 'request' ? '→' : '←' }}</span>
      <b class="d-mono">{{ row.mti }}</b><span>{{ t(row.name) }}</span><span class="d-mono d-dim">{{ row.trace }}</span><span v-if="row.response" class="d-state" :class="row.response === '00' ? 'is-approved' : 'is-declined'">{{ row.response }}</span><span v-if="row.fate" class="d-state is-declined">{{ t(row.fate) }}</span></button>
    <message v-if="open === row.n" :lang="lang" :message="row"></message></li></ol>`,
};

const Batches = {
  mixins: [Speaks],
  props: ["rows"],
  methods: {
    sides(batch) {
      return ["domestic", "foreign"].flatMap((scheme) => batch.till?.[scheme] && batch.till[scheme].debit_count + batch.till[scheme].credit_count + batch.host[scheme].debit_count + batch.host[scheme].credit_count > 0
        ? [{ scheme, till: batch.till[scheme], host: batch.host[scheme] }] : []);
    },
  },
  template: `
  <p v-if="!rows?.length" class="d-empty">{{ t('noBatches') }}</p>
  <article v-for="batch in rows" :key="batch.id" class="d-block">
    <h3 class="d-bar"><span class="d-mono">{{ String(batch.number).padStart(6, '0') }}</span><span class="d-state" :class="'is-' + batch.state">{{ t(batch.state) }}</span><span class="d-grow"></span><span class="d-dim d-small">{{ batch.terminal }} · {{ clockTime(batch.opened) }}<template v-if="batch.closed"> – {{ clockTime(batch.closed) }}</template></span></h3>
    <table v-if="batch.kinds.length" class="d-table"><tbody><tr v-for="kind in batch.kinds" :key="kind.kind"><td>{{ t(kind.kind) }}</td><td class="d-num d-right">{{ kind.count }}</td><td class="d-num d-right">{{ money(kind.fen) }}</td></tr></tbody></table>
    <table v-for="side in sides(batch)" :key="side.scheme" class="d-table"><thead><tr><th></th><th scope="col" class="d-right">{{ t('debit') }}</th><th scope="col" class="d-right">{{ t('credit') }}</th></tr></thead><tbody>
      <tr v-for="who in ['till', 'host']" :key="who"><th scope="row">{{ t(who + 'Says') }}</th><td class="d-num d-right">{{ side[who].debit_count }} · {{ money(side[who].debit_fen) }}</td><td class="d-num d-right">{{ side[who].credit_count }} · {{ money(side[who].credit_fen) }}</td></tr></tbody></table>
    <p v-if="batch.items.length" class="d-small">{{ t('items') }}: <span v-for="item in batch.items" :key="item.trace" class="d-mono">{{ String(item.trace).padStart(6, '0') }} {{ said(item.finding) }} </span></p>
    <p v-if="batch.payout" class="d-small"><b>{{ t('payout') }} <span class="d-num">{{ money(batch.payout.amountFen) }}</span></b> · {{ t('gross') }} {{ money(batch.payout.grossFen) }} · {{ t('fee') }} {{ money(batch.payout.feeFen) }} · {{ t('due') }} {{ batch.payout.due }}<br><span class="d-dim">{{ lang === 'zh' ? batch.payout.why.zh : batch.payout.why.en }}</span></p>
  </article>`,
};

const Ledger = {
  mixins: [Speaks],
  props: ["book"],
  template: `
  <div v-if="book" class="d-book">
    <h3>{{ t('proofs') }}</h3><ul class="d-proofs"><li v-for="proof in book.proofs" :key="proof.name" :title="said(proof.where)"><span class="d-state" :class="proof.ok ? 'is-approved' : 'is-declined'">{{ t(proof.ok ? 'ok' : 'differs') }}</span> <span class="d-mono d-grow">{{ said(proof.name) }}</span> <span class="d-num">{{ money(proof.found) }}</span></li></ul>
    <h3>{{ t('accounts') }}</h3><table class="d-table d-lines"><tbody><tr v-for="one in book.accounts" :key="one.name"><td class="d-mono d-break">{{ said(one.name) }}</td><td class="d-num d-right">{{ one.fen > 0 ? money(one.fen) : '' }}</td><td class="d-num d-right">{{ one.fen < 0 ? money(-one.fen) : '' }}</td></tr></tbody></table>
    <h3>{{ t('entries') }}</h3><p v-if="!book.entries.length" class="d-empty">{{ t('noEntries') }}</p>
    <table v-else class="d-table d-lines"><tbody v-for="entry in book.entries" :key="entry.id"><tr class="d-entry"><th scope="rowgroup" colspan="3"><span class="d-mono d-dim">{{ clockTime(entry.at) }}</span> {{ said(entry.event) }} <span class="d-dim">{{ said(entry.reference) }}</span></th></tr>
      <tr v-for="line in entry.lines" :key="line.account"><td class="d-mono d-break">{{ said(line.account) }}</td><td class="d-num d-right">{{ line.fen > 0 ? money(line.fen) : '' }}</td><td class="d-num d-right">{{ line.fen < 0 ? money(-line.fen) : '' }}</td></tr></tbody></table>
  </div>`,
};

const Mail = {
  mixins: [Speaks],
  props: ["rows"],
  data: () => ({ open: "" }),
  methods: { mailDate(text) { const at = new Date(text); return isNaN(at) ? text : `${new Date(at.getTime() + 8 * 3600e3).toISOString().slice(0, 10)} ${this.clockTime(at)}`; } },
  computed: { mail() { return this.rows?.find((one) => one.name === this.open) || this.rows?.[0]; } },
  template: `
  <p v-if="!rows?.length" class="d-empty">{{ t('noMail') }}</p>
  <div v-else><ul class="d-plainlist"><li v-for="one in rows" :key="one.name"><button type="button" class="d-fold" :aria-pressed="String(mail.name === one.name)" @click="open = one.name"><span class="d-title">{{ one.subject }}</span><span class="d-dim d-mono">{{ mailDate(one.date) }}</span></button></li></ul>
    <p class="d-small d-dim">{{ t('from') }} {{ mail.from }} · {{ t('to') }} {{ mail.to }}</p><iframe class="d-mailbody" sandbox="" :srcdoc="mail.html" :title="mail.subject"></iframe></div>`,
};

const Log = {
  mixins: [Speaks],
  props: ["rows"],
  template: `
  <p v-if="!rows?.length" class="d-empty">{{ t('noLog') }}</p>
  <ol v-else class="d-plainlist d-log"><li v-for="(row, at) in rows" :key="at" :class="'is-' + row.level"><span class="d-mono d-dim">{{ clockTime(row.at, true) }}</span> <span class="d-mono d-break">{{ said(row.text) }}</span></li></ol>`,
};

export const Host = {
  mixins: [Speaks],
  components: { Payments, Messages, Batches, Ledger, WorkList, Mail, Log },
  props: ["state", "tab", "holds"],
  emits: ["look", "open", "act"],
  data: () => ({ tabs: TABS }),
  methods: {
    move(event, step) {
      const next = TABS[(TABS.indexOf(this.tab) + step + TABS.length) % TABS.length];
      this.$emit("look", next);
      this.$nextTick(() => this.$el.querySelector(`[data-tab=${next}]`)?.focus());
    },
  },
  template: `
  <section class="d-panel d-host" :aria-label="t('host')">
    <div class="d-tabs" role="tablist" :aria-label="t('host')">
      <button v-for="name in tabs" :key="name" type="button" role="tab" :id="'tab-' + name" :data-tab="name" :aria-selected="String(tab === name)" aria-controls="d-tabpanel" :tabindex="tab === name ? 0 : -1"
        @click="$emit('look', name)" @keydown.right.stop.prevent="move($event, 1)" @keydown.left.stop.prevent="move($event, -1)">{{ t(name) }}</button></div>
    <div class="d-scroll" role="tabpanel" id="d-tabpanel" :aria-labelledby="'tab-' + tab" tabindex="0">
      <payments v-if="tab === 'payments'" :lang="lang" :rows="state.payments" @open="$emit('open', $event)"></payments>
      <messages v-if="tab === 'messages'" :lang="lang" :rows="state.messages"></messages>
      <batches v-if="tab === 'batches'" :lang="lang" :rows="state.batches"></batches>
      <ledger v-if="tab === 'ledger'" :lang="lang" :book="state.ledger"></ledger>
      <work-list v-if="tab === 'worklist'" :lang="lang" :list="state.worklist" :holds="holds" :done="state.repaired" @act="$emit('act', $event)"></work-list>
      <mail v-if="tab === 'mail'" :lang="lang" :rows="state.mails"></mail>
      <log v-if="tab === 'log'" :lang="lang" :rows="state.log"></log>
    </div>
  </section>`,
};
