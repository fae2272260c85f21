// A payment from the key press to the ledger line.
import { Speaks } from "/desk/words.js";
import { Exchange, Message } from "/desk/message.js";

const LANES = ["key", "screen", "card", "journal", "wire", "ledger", "paper", "power", "world"];

export const Timeline = {
  mixins: [Speaks],
  components: { Exchange, Message },
  props: ["told", "open"],
  emits: ["close", "go"],
  data: () => ({ hidden: {}, unfolded: {}, returnTo: null }),
  computed: {
    payment() { return this.told?.payment; },
    lanes() {
      const present = new Set((this.told?.events || []).map((event) => event.lane));
      return LANES.filter((lane) => present.has(lane));
    },
    first() { return this.told?.events?.[0]?.at; },
    steps() {
      // what was typed into one screen is one step, with the screen that it led to
      const steps = [];
      for (const event of this.told?.events || []) {
        if (this.hidden[event.lane]) continue;
        const last = steps.at(-1);
        const typing = last?.lane === "key" && !(last.screen && /^[a-z]/.test(last.keys.at(-1)));
        if (event.lane === "key" && typing) last.keys.push(event.key);
        else if (event.lane === "screen" && last?.lane === "key" && !last.closed) { last.screen = event.lines; last.closed = /^[a-z]/.test(last.keys.at(-1)); }
        else steps.push(event.lane === "key" ? { ...event, keys: [event.key] } : event);
      }
      return steps;
    },
    facts() {
      const p = this.payment;
      if (!p) return [];
      const six = (number) => number === null || number === undefined ? "" : String(number).padStart(6, "0");
      return [["trace", six(p.trace)], ["batch", six(p.batch)], ["card", p.card], ["response", p.response], ["auth", p.auth], ["rrn", p.rrn],
        ["terminal", p.terminal], ["businessDay", p.businessDate], ["settles", p.settlementDate], ["fee", this.money(p.feeFen)], ["code", p.code]].filter(([, value]) => value);
    },
  },
  watch: {
    open: {
      immediate: true,
      handler(open) {
        this.$nextTick(() => {
          const drawer = this.$refs.drawer;
          if (open && drawer && !drawer.open) { this.returnTo = document.activeElement; drawer.showModal(); }
          if (!open && drawer?.open) { drawer.close(); this.returnTo?.focus?.(); }
        });
      },
    },
    "payment.id"() { this.unfolded = {}; },
  },
  methods: {
    since(at) { const ms = new Date(at) - new Date(this.first); return ms < 1000 ? `+${ms} ${this.t("msUnit")}` : `+${(ms / 1000).toFixed(2)} ${this.t("sUnit")}`; },
    keyName(key) { return /^[a-z]+$/.test(key) ? this.t(key) : key; },
    title(event) {
      const t = this.t;
      switch (event.lane) {
        case "screen": return event.lines.filter(Boolean).join(" · ");
        case "card": return event.kind === "presented" ? t({ insert: "inserted", swipe: "swiped", scan: "scanned" }[event.way] || "presented") : `${event.name} ${this.said(event.says) || ""}`;
        case "journal": return event.kind === "record" ? `${t("record")} ${event.sequence}: ${this.said(event.record)}` : `${t("mark")} ${event.sequence}: ${this.said(event.mark)}`;
        case "wire": return `${event.mti} ${t(event.name)}`;
        case "ledger": return this.said(event.event);
        case "paper": return `${t("slip")} ${event.slip}`;
        case "power": return t(event.kind === "on" ? "powerIsOn" : "powerIsOff");
        case "world": return event.kind.startsWith("link-") ? `${t("theLine")} ${t(event.kind)}` : t(event.kind);
        default: return t(event.kind);
      }
    },
    aside(event) {
      if (event.lane === "wire") return [this.t(event.direction === "request" ? "tillToHost" : "hostToTill"), event.response && `F39 ${event.response}`, event.fate && this.t(event.fate)].filter(Boolean).join(" · ");
      if (event.lane === "card" && event.kind === "apdu") return [event.status, this.said(event.meaning)].filter(Boolean).join(" · ");
      if (event.lane === "journal") return event.bytes ? this.said(`[${event.bytes} bytes]`).slice(1, -1) : this.said(event.record);
      if (event.lane === "ledger") return this.said(event.reference);
      return "";
    },
    unfolds(event) { return event.lane === "wire" || event.lane === "ledger" || event.lane === "paper" || (event.lane === "card" && event.kind === "apdu"); },
    isUnfolded(event) { return this.unfolded[event.n + event.lane + (event.id || "")] ?? (event.lane === "ledger"); },
    fold(event) { const key = event.n + event.lane + (event.id || ""); this.unfolded = { ...this.unfolded, [key]: !this.isUnfolded(event) }; },
  },
  template: `
  <dialog ref="drawer" class="d-drawer" :aria-label="t('timeline')" @cancel.prevent="$emit('close')" @click.self="$emit('close')" data-testid="timeline">
    <div class="d-drawerin">
      <header class="d-bar">
        <template v-if="payment"><h2>{{ t(payment.kind) }} <span class="d-num">{{ money(payment.amountFen) }}</span></h2><span class="d-state" :class="'is-' + payment.state">{{ t(payment.state) }}</span></template>
        <h2 v-else>{{ t('loading') }}</h2><span class="d-grow"></span>
        <a v-if="payment" class="d-btn" :href="'/payment/' + payment.id + '.json'" download data-testid="export">{{ t('export') }}</a>
        <button type="button" class="d-btn" data-testid="close-timeline" @click="$emit('close')">{{ t('close') }}</button>
      </header>
      <div v-if="payment" class="d-scroll" tabindex="0" role="region" :aria-label="t('events')">
        <p v-if="payment.why" class="d-why" data-testid="why">{{ pick(payment.why) }}</p>
        <p v-if="payment.state === 'atHost'" class="d-why">{{ t('nowAtHost') }}</p>
        <dl class="d-facts"><div v-for="[key, value] in facts" :key="key"><dt>{{ t(key) }}</dt><dd class="d-mono">{{ value }}</dd></div></dl>
        <p v-if="payment.related.length" class="d-row"><span class="d-label">{{ t('related') }}</span>
          <button v-for="other in payment.related" :key="other.id" type="button" class="d-btn" @click="$emit('go', other.id)">{{ t(other.kind) }} {{ money(other.amountFen) }}</button></p>
        <section v-if="told.checks.length" :aria-label="t('checks')"><h3>{{ t('checks') }}</h3>
          <ul class="d-checks"><li v-for="(check, at) in told.checks" :key="at"><b>{{ said(check.name) }}</b> <span class="d-mono d-break">{{ check.value }}</span> <span class="d-dim">{{ check.mti }}</span></li></ul></section>
        <div class="d-lanes" role="group" :aria-label="t('events')">
          <button v-for="lane in lanes" :key="lane" type="button" class="d-lane" :class="'l-' + lane" :aria-pressed="String(!hidden[lane])" @click="hidden = { ...hidden, [lane]: !hidden[lane] }">{{ t('lane-' + lane) }}</button></div>
        <p v-if="!steps.length" class="d-empty">{{ t('noEvents') }}</p>
        <ol class="d-steps">
          <li v-for="event in steps" :key="event.n + event.lane + (event.id || '')" class="d-step" :class="'l-' + event.lane">
            <span class="d-when d-mono" :title="clockTime(event.at, true)">{{ since(event.at) }}</span>
            <div class="d-what">
              <div v-if="event.lane === 'key'" class="d-row d-tight"><kbd v-for="(key, at) in event.keys" :key="at">{{ keyName(key) }}</kbd><span v-if="event.screen" class="d-dim">{{ event.screen.filter(Boolean).join(' · ') }}</span></div>
              <button v-else-if="unfolds(event)" type="button" class="d-fold" :aria-expanded="String(isUnfolded(event))" @click="fold(event)"><span class="d-title">{{ title(event) }}</span><span class="d-dim">{{ aside(event) }}</span></button>
              <div v-else class="d-plain"><span class="d-title">{{ title(event) }}</span><span class="d-dim">{{ aside(event) }}</span></div>
              <template v-if="unfolds(event) && isUnfolded(event)">
                <message v-if="event.lane === 'wire'" :lang="lang" :message="event"></message>
                <exchange v-if="event.lane === 'card'" :lang="lang" :exchange="event"></exchange>
                <div v-if="event.lane === 'paper'"><pre class="d-slip">{{ event.text }}</pre><a class="d-btn" :href="'/slip/' + event.slip + '.pdf'" target="_blank" rel="noopener">{{ t('slipNo') }} {{ event.slip }} · {{ t('asPdf') }}</a></div>
                <table v-if="event.lane === 'ledger'" class="d-table d-lines"><tbody><tr v-for="line in event.lines" :key="line.account"><td class="d-mono d-break">{{ said(line.account) }}</td><td class="d-num d-right">{{ line.fen > 0 ? money(line.fen) : '' }}</td><td class="d-num d-right">{{ line.fen < 0 ? money(-line.fen) : '' }}</td></tr></tbody></table>
              </template>
            </div>
          </li>
        </ol>
      </div>
    </div>
  </dialog>`,
};
