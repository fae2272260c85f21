// The desk: one page, told by the shop what changes (apply) and telling it what a person wants (act).
import { Speaks, clockTime } from "/desk/words.js";
import { Till } from "/desk/till.js";
import { Cards, World } from "/desk/counter.js";
import { Host } from "/desk/host.js";
import { Timeline } from "/desk/timeline.js";

const KEYS = { Enter: "confirm", Backspace: "clear", Delete: "clear", Escape: "cancel", F2: "menu", ArrowUp: "up", ArrowDown: "down" };
const PLACES = ["till", "world", "host"];

function kept(key, otherwise) {
  try { return localStorage.getItem("picotill-" + key) ?? otherwise; } catch { return otherwise; }
}
function keep(key, value) {
  try { localStorage.setItem("picotill-" + key, value); } catch { /* a private window forgets */ }
}

export default {
  mixins: [{ methods: Speaks.methods }],
  components: { Till, Cards, World, Host, Timeline },
  emits: ["act"],
  data: () => ({
    state: {}, ready: false, gone: "", lang: kept("lang", navigator.language.startsWith("zh") ? "zh" : "en"),
    theme: kept("theme", matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
    tab: "payments", place: "till", openedId: null, guide: kept("guide", "open") === "open", pressedKey: "", places: PLACES,
  }),
  computed: {
    clock() { return this.state.clock ? this.state.clock.slice(11, 19) : ""; },
    steps() {
      const typed = (this.state.screenText || []).join("");
      const paid = (this.state.payments || []).some((row) => row.state === "approved");
      const asks = /贴近|Present|读卡|Reading/.test(typed);
      return [asks || paid, paid, this.looked];
    },
    looked() { return this.openedId !== null || kept("looked", "") === "yes"; },
  },
  watch: {
    lang: { immediate: true, handler(lang) { keep("lang", lang); document.documentElement.lang = lang === "zh" ? "zh-CN" : "en"; } },
    theme: { immediate: true, handler(theme) { keep("theme", theme); document.documentElement.dataset.theme = theme; } },
  },
  mounted() {
    window.desk = { keyToPixel: [] };
    window.addEventListener("keydown", this.typed);
    this.listen();
    this.act({ do: "hello" });
  },
  unmounted() { window.removeEventListener("keydown", this.typed); },
  methods: {
    /** To the connection itself, which comes up after this page. */
    listen() {
      if (!window.socket) { setTimeout(this.listen, 50); return; }
      window.socket.io.reconnectionDelayMax(1000); // a desk that is opened again is found soon
      window.socket.on("disconnect", () => { if (!this.gone) this.gone = "goneLost"; });
      window.socket.on("connect", () => { if (this.gone === "goneLost") { this.gone = ""; this.act({ do: "hello" }); } });
    },
    /** From the shop: a part of the state. */
    apply(patch) {
      if (patch.gone) { this.gone = "goneStopped"; return; }
      if ("openedId" in patch && patch.openedId !== this.openedId) return;
      const changed = patch.screen && patch.screen !== this.state.screen;
      Object.assign(this.state, patch);
      if (patch.ready) this.ready = true;
      if (changed && this.pressedAt) this.measure();
    },
    measure() {
      const pressedAt = this.pressedAt;
      this.pressedAt = 0;
      requestAnimationFrame(() => setTimeout(() => window.desk.keyToPixel.push(performance.now() - pressedAt)));
    },
    act(wish) {
      if (wish.do === "press") {
        this.pressedAt = performance.now();
        this.pressedKey = wish.key;
        setTimeout(() => { if (this.pressedKey === wish.key) this.pressedKey = ""; }, 120);
      }
      this.$emit("act", wish);
    },
    typed(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || this.openedId !== null || document.querySelector("dialog[open]")) return;
      const at = document.activeElement;
      const elsewhere = at && at !== document.body && !at.closest(".d-till");
      const name = /^\d$/.test(event.key) ? event.key : KEYS[event.key];
      if (!name || !this.state.holds || (elsewhere && ["Enter", "ArrowUp", "ArrowDown"].includes(event.key))) return;
      event.preventDefault();
      if (!event.repeat) this.act({ do: "press", key: name });
    },
    look(tab) { this.tab = tab; this.act({ do: "look", tab }); },
    openPayment(id) { this.openedId = String(id); this.state.opened = null; keep("looked", "yes"); this.act({ do: "open", id }); },
    closePayment() { this.openedId = null; this.state.opened = null; this.act({ do: "close" }); },
    closeGuide() { this.guide = false; keep("guide", "seen"); },
    clockTime,
  },
  template: `
  <div class="d-desk" :data-place="place" :lang="lang === 'zh' ? 'zh-CN' : 'en'">
    <header class="d-head">
      <h1>picotill</h1>
      <span class="d-pill" v-if="ready"><span class="d-dot" :class="state.powered ? 'is-ok' : 'is-bad'"></span>{{ t('till') }} {{ t(state.powered ? 'on' : 'off') }}</span>
      <span class="d-pill d-mid" v-if="ready && state.world"><span class="d-dot" :class="state.world.link === 'up' ? 'is-ok' : state.world.link === 'down' ? 'is-bad' : 'is-warn'"></span>{{ t('link') }} {{ t('link-' + state.world.link) }}</span>
      <span class="d-pill d-mid" v-if="ready && state.world"><span class="d-dot" :class="state.world.host ? 'is-ok' : 'is-bad'"></span>{{ t('host') }} {{ t(state.world.host ? 'runs' : 'isDead') }}</span>
      <span class="d-pill d-mid" v-if="state.watchers > 1">{{ state.watchers }} {{ t('watchers') }}</span>
      <span class="d-grow"></span>
      <span class="d-clock d-num" v-if="ready"><span class="d-dim d-mid">{{ state.businessDay }}</span> {{ clock }}</span>
      <button type="button" class="d-btn d-mid" data-testid="help" @click="guide = !guide" :aria-pressed="String(guide)">{{ t('help') }}</button>
      <button type="button" class="d-btn" data-testid="language" @click="lang = lang === 'zh' ? 'en' : 'zh'">{{ t('language') }}</button>
      <button type="button" class="d-btn d-icon" data-testid="theme" :aria-label="t('theme')" @click="theme = theme === 'dark' ? 'light' : 'dark'"><svg viewBox="0 0 16 16" aria-hidden="true"><path v-if="theme === 'light'" d="M13 9.8A5.6 5.6 0 0 1 6.2 3 5.6 5.6 0 1 0 13 9.8z"/><path v-else d="M8 4.6a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8zM8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.4 1.4M11.6 11.6 13 13M13 3l-1.4 1.4M4.4 11.6 3 13" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/></svg></button>
    </header>
    <div v-if="gone" class="d-banner is-bad" role="alert" data-testid="gone">{{ t(gone) }}</div>
    <div v-else-if="state.trouble" class="d-banner is-bad" role="alert">{{ t('trouble') }}: {{ state.trouble }}</div>
    <div v-else-if="ready && !state.holds" class="d-banner" role="status">{{ t('keysElsewhere') }} <button type="button" class="d-btn" data-testid="take" @click="act({ do: 'take' })">{{ t('takeKeys') }}</button></div>
    <div v-if="ready && !gone && state.world && state.world.host === false" class="d-banner is-bad" role="alert" data-testid="host-down">{{ t('hostDown') }}<template v-if="state.world.hostTrouble"> {{ t('hostTrouble') }}: {{ state.world.hostTrouble }}</template>
      <button v-if="state.holds" type="button" class="d-btn" data-testid="host-start" @click="act({ do: 'host', on: true })">{{ t('startHost') }}</button></div>
    <p v-if="!ready && !gone" class="d-empty" role="status">{{ t('starting') }}</p>
    <main v-if="ready" class="d-main">
      <div class="d-col d-col-till">
        <till :lang="lang" :screen="state.screen" :text="state.screenText" :powered="state.powered" :green="state.green" :red="state.red" :buzzer="state.buzzer" :deaths="state.deaths"
          :slips="state.slips" :holds="!!state.holds && !gone" :pressed-key="pressedKey" @act="act"></till>
      </div>
      <div class="d-col d-col-counter">
        <section v-if="guide" class="d-panel d-guide" :aria-label="t('guideTitle')" data-testid="guide"><h2>{{ t('guideTitle') }}</h2>
          <ol><li v-for="n in 3" :key="n" :class="{ done: steps[n - 1] }">{{ t('guide' + n) }}<span v-if="steps[n - 1]" class="d-sr"> {{ t('done') }}</span></li></ol>
          <button type="button" class="d-btn" data-testid="guide-close" @click="closeGuide">{{ t('gotIt') }}</button></section>
        <cards :lang="lang" :cards="state.cards" :held="state.held" :balances="state.balances" :holds="!!state.holds && !gone" @act="act"></cards>
      </div>
      <div class="d-col d-col-host"><host :lang="lang" :state="state" :tab="tab" :holds="!!state.holds && !gone" @look="look" @open="openPayment" @act="act"></host>
        <world :lang="lang" :world="state.world" :powered="state.powered" :holds="!!state.holds && !gone" @act="act"></world></div>
    </main>
    <nav v-if="ready" class="d-nav" :aria-label="t('counter')"><button v-for="name in places" :key="name" type="button" :aria-pressed="String(place === name)" :data-place="name" @click="place = name">{{ t(name) }}</button></nav>
    <timeline :lang="lang" :open="openedId !== null" :told="state.opened" @close="closePayment" @go="openPayment"></timeline>
  </div>`,
};
