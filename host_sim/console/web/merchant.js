// The merchant's page: told what is there (apply), telling what a merchant wants (act).
import { WORDS } from "/desk/merchant_words.js";

const FORMS = ["pdf", "csv", "camt053.xml", "ofx"];
const TABS = ["money", "statements", "account", "cases"];
function kept(where, key, otherwise) { try { return where.getItem("picotill-" + key) ?? otherwise; } catch { return otherwise; } }
function keep(where, key, value) { try { where.setItem("picotill-" + key, value); } catch { /* a private window forgets */ } }

const Chart = {
  props: ["rows", "title", "name", "money"],
  computed: { most() { return Math.max(1, ...this.rows.map((row) => Math.abs(row[1]))); } },
  template: `<section class="m-chart" :aria-label="title"><h3>{{ title }}</h3>
    <div v-for="row in rows" :key="row[0]" class="m-bar"><span>{{ name(row[0]) }}</span>
    <span><i :class="{'is-bad': row[1] < 0}" :style="{width: 100 * Math.abs(row[1]) / most + '%'}"></i></span><b>{{ money(row[1]) }}</b></div></section>`,
};

export default {
  components: { Chart }, emits: ["act"],
  data: () => ({
    tabs: TABS, forms: FORMS, tab: "money", signedIn: null, state: null, said: null, bad: false, number: 0, gone: false,
    lang: kept(localStorage, "lang", navigator.language.startsWith("zh") ? "zh" : "en"),
    theme: kept(localStorage, "theme", matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
    merchant: kept(localStorage, "merchant", ""), code: "", amount: "", sure: false, opened: null, asking: "", question: "", period: null, first: "", last: "", found: null,
    query: { voucher: "", card: "", amount: "" }, mail: { recipient: "", address: "" }, plan: { family: "card", mode: "daily", at: "06:00", weekday: 1 },
    form: { kind: "bank", number: "", holder: "", institution: "", branch: "", cnaps: "", company: false }, accountCode: "", contact: { phone: "", url: "" }, secret: "", evidence: {}, working: false,
  }),
  watch: {
    lang: { immediate: true, handler(lang) { keep(localStorage, "lang", lang); document.documentElement.lang = lang === "zh" ? "zh-CN" : "en"; } },
    theme: { immediate: true, handler(theme) { keep(localStorage, "theme", theme); document.documentElement.dataset.theme = theme; } },
  },
  mounted() { this.listen(); },
  methods: {
    listen() {
      if (!window.socket) { setTimeout(this.listen, 50); return; }
      window.socket.on("disconnect", () => { this.gone = true; });
      window.socket.on("connect", () => { if (this.gone) { this.gone = false; this.resume(); } });
      this.resume();
    },
    resume() {
      const token = kept(sessionStorage, "merchant-token", "");
      if (token) this.act({ do: "resume", token }); else this.signedIn = false;
    },
    t(key) { const found = WORDS[key]; return found ? found[this.lang === "zh" ? 0 : 1] : key; },
    words(both) { return both ? both[this.lang] : ""; },
    yuan(fen) {
      const whole = Math.trunc(Math.abs(fen) / 100).toString().replace(/\B(?=(\d{3})+$)/g, ",");
      return (fen < 0 ? "-" : "") + (this.lang === "zh" ? "¥" : "CNY ") + whole + "." + String(Math.abs(fen) % 100).padStart(2, "0");
    },
    act(wish) { this.working = true; this.$emit("act", wish); },
    apply(patch) {
      if ("signedIn" in patch) { this.signedIn = patch.signedIn; if (!patch.signedIn) { this.state = null; keep(sessionStorage, "merchant-token", ""); } }
      if (patch.state) {
        this.state = patch.state;
        if (!this.first) { this.first = patch.state.today.slice(0, 8) + "01"; this.last = patch.state.today; }
        if (this.opened) this.$emit("act", { do: "payout", id: this.opened.id });
      }
      if (patch.answer) this.take(patch.answer);
    },
    take(answer) {
      this.working = false;
      if (answer.said) { this.said = answer.said; this.bad = !!answer.bad; } else if (answer.to !== "payout" && answer.to !== "resume") this.said = null;
      if (answer.number) this.number = answer.number;
      if (answer.token) { keep(sessionStorage, "merchant-token", answer.token); keep(localStorage, "merchant", this.merchant); this.number = 0; this.code = ""; }
      if (answer.payout) this.opened = answer.payout;
      if (answer.period) this.period = answer.period;
      if (answer.found) this.found = answer.found;
      this.secret = answer.secret ?? (answer.to === "payout" || answer.to === "resume" ? this.secret : "");
      if (answer.open) { this.sure = false; this.amount = ""; this.$emit("act", { do: "payout", id: answer.open }); }
      if (!answer.bad && answer.to === "ask") { this.asking = ""; this.question = ""; }
      if (!answer.bad && (answer.to === "propose" || answer.to === "confirm")) { this.form.number = ""; this.accountCode = ""; }
      if (answer.bad) this.sure = false;
    },
    ask(reference) { this.asking = this.asking === reference ? "" : reference; this.question = ""; },
    pick(tab) { this.tab = tab; this.said = null; if (tab === "statements" && !this.period) this.act({ do: "period", first: this.first, last: this.last }); },
    tone(state) { return { paid: "is-ok", delivered: "is-ok", won: "is-ok", answered: "is-ok", returned: "is-bad", lost: "is-bad", open: "is-warn" }[state] || ""; },
    async fetchFile(wish, name) {
      const body = JSON.stringify({ token: kept(sessionStorage, "merchant-token", ""), language: this.lang, ...wish });
      const got = await fetch("/merchant/file", { method: "POST", headers: { "Content-Type": "application/json" }, body });
      if (!got.ok) { const why = (await got.json()).detail; this.said = why.zh ? why : { zh: String(why), en: String(why) }; this.bad = true; return; }
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await got.blob()); link.download = name; link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    },
  },
  template: `
  <div class="m-page">
    <header class="m-head"><h1>picotill · {{ t('title') }}</h1><span v-if="state" data-testid="who">{{ lang === 'zh' ? state.merchant.name : state.merchant.name_en }}</span>
      <span style="flex:1"></span>
      <button class="m-btn" :lang="lang === 'zh' ? 'en' : 'zh-CN'" @click="lang = lang === 'zh' ? 'en' : 'zh'">{{ t('language') }}</button>
      <button class="m-btn" :aria-label="t('theme')" @click="theme = theme === 'dark' ? 'light' : 'dark'">{{ theme === 'dark' ? '☀' : '☾' }}</button>
      <button v-if="signedIn" class="m-btn" @click="act({do: 'out'})">{{ t('signOut') }}</button></header>
    <div class="m-main">
      <p v-if="gone" class="m-said is-warn" role="alert">{{ t('gone') }}</p>
      <div aria-live="polite" data-testid="said"><p v-if="said" class="m-said" :class="{'is-bad': bad}">{{ words(said) }}</p></div>
      <section v-if="signedIn === false" class="m-card m-sign"><h2>{{ t('signIn') }}</h2>
        <form class="m-card" style="border:0;box-shadow:none;padding:0" @submit.prevent="number ? act({do: 'enter', number, code}) : act({do: 'code', merchant})">
          <label class="m-field"><span>{{ t('merchantNumber') }}</span><input v-model="merchant" inputmode="numeric" autocomplete="username" maxlength="15" name="merchant" required></label>
          <template v-if="number"><p class="m-dim">{{ t('codeSent') }}</p>
            <label class="m-field"><span>{{ t('code') }}</span><input v-model="code" inputmode="numeric" autocomplete="one-time-code" maxlength="6" name="code" required></label></template>
          <button class="m-btn is-main" :disabled="working">{{ number ? t('enter') : t('getCode') }}</button>
          <button v-if="number" type="button" class="m-link" @click="act({do: 'code', merchant})">{{ t('getCode') }}</button>
        </form></section>

      <template v-if="signedIn && state">
        <div class="m-tabs" role="tablist"><button v-for="name in tabs" :key="name" role="tab" :id="'tab-' + name" :aria-selected="tab === name ? 'true' : 'false'" @click="pick(name)">{{ t(name) }}</button></div>

        <template v-if="tab === 'money'">
          <div class="m-two">
            <section class="m-card"><h2>{{ t('available') }}</h2><p class="m-big" data-testid="available">{{ yuan(state.balance.available) }}</p>
              <dl class="m-facts"><template v-for="name in ['payable', 'pending', 'transit', 'held', 'owed']" :key="name"><dt>{{ t(name) }}</dt><dd :data-testid="name">{{ yuan(state.balance[name]) }}</dd></template>
                <dt>{{ t('today') }}</dt><dd data-testid="today">{{ yuan(state.takings.fen) }} · {{ state.takings.count }} {{ t('sales') }}</dd></dl>
              <template v-if="state.pending.length"><h3>{{ t('dates') }}</h3><dl class="m-facts"><template v-for="row in state.pending" :key="row[0]"><dt>{{ row[0] }}</dt><dd>{{ yuan(row[1]) }}</dd></template></dl></template></section>
            <section class="m-card"><h2>{{ t('settleNow') }}</h2>
              <p v-if="state.stopped" class="m-said is-warn">{{ words(state.stopped) }}</p>
              <label class="m-field"><span>{{ t('amountYuan') }}</span><input v-model="amount" inputmode="decimal" name="amount" :placeholder="t('all')"></label>
              <p v-if="state.account" class="m-dim">{{ t('toAccount') }}: {{ state.account.spelled }}</p>
              <template v-if="sure"><p class="m-said is-warn">{{ amount ? t('part') + ' ' + amount : t('all') + ' ' + yuan(state.balance.payable) }}. {{ t('check') }}</p>
                <div class="m-row"><button class="m-btn is-main" data-testid="confirm-settle" :disabled="working" @click="act({do: 'settle', amount})">{{ t('confirmSettle') }}</button><button class="m-btn" @click="sure = false">{{ t('cancel') }}</button></div></template>
              <button v-else class="m-btn is-main" data-testid="settle" :disabled="!!state.stopped || !state.balance.payable" @click="sure = true">{{ t('settleNow') }}</button></section>
          </div>
          <section class="m-card"><h2>{{ t('payouts') }}</h2><p v-if="!state.payouts.length" class="m-dim">{{ t('none') }}</p>
            <ul><li v-for="one in state.payouts" :key="one.id" class="m-line" data-testid="payout"><div class="m-between"><strong>{{ yuan(one.amount) }}</strong><span class="m-tag" :class="tone(one.state)">{{ t(one.state) }}</span></div>
              <div class="m-steps"><span v-for="step in one.steps" :key="step[0]">{{ t(step[0]) }} {{ step[1] }}</span></div><p v-if="one.reason" class="m-said is-bad">{{ words(one.reason) }}</p>
              <div class="m-row"><button class="m-link" @click="opened && opened.id === one.id ? opened = null : act({do: 'payout', id: one.id})">{{ opened && opened.id === one.id ? t('hide') : t('details') }} <span class="d-sr">{{ one.reference }}</span></button>
                <button class="m-link" @click="fetchFile({form: 'slip', id: String(one.id)}, one.reference + '.pdf')">{{ t('slip') }} <span class="d-sr">{{ one.reference }}</span></button><button class="m-link" @click="ask('payout/' + one.id)">{{ t('ask') }} <span class="d-sr">{{ one.reference }}</span></button></div>
              <div v-if="opened && opened.id === one.id" data-testid="details"><p class="m-dim">{{ one.reference }} · {{ words(opened.why) }}</p>
                <ul><li v-for="line in opened.lines" :key="line.reference" class="m-line"><div class="m-between"><span>{{ line.at }} {{ t(line.kind) }} {{ line.card }}</span><span>{{ yuan(line.gross) }} − {{ yuan(line.fee) }} = {{ yuan(line.net) }}</span></div>
                  <details><summary>{{ t('whyDate') }}</summary><p>{{ words(line.why) }}</p></details><button class="m-link" @click="ask(line.reference)">{{ t('ask') }} <span class="d-sr">{{ line.at }}</span></button></li></ul></div></li></ul></section>
          <section class="m-card"><h2>{{ t('batches') }}</h2><p v-if="!state.batches.length" class="m-dim">{{ t('none') }}</p>
            <ul><li v-for="one in state.batches" :key="one.reference" class="m-line" data-testid="batch"><div class="m-between"><strong>{{ yuan(one.amount) }}</strong><span class="m-tag" :class="tone(one.state)">{{ t(one.state) }}</span></div>
              <span>{{ t('terminal') }} {{ one.terminal }} · {{ t('batch') }} {{ one.number }} · {{ one.closed }} · {{ t('due') }} {{ one.due }}</span><details><summary>{{ t('whyDate') }}</summary><p>{{ words(one.why) }}</p></details>
              <button class="m-link" @click="ask(one.reference)">{{ t('ask') }} <span class="d-sr">{{ one.number }}</span></button></li></ul></section>
        </template>

        <template v-if="tab === 'statements'">
          <section class="m-card"><h2>{{ t('statements') }}</h2>
            <form class="m-row" @submit.prevent="act({do: 'period', first, last})"><label class="m-field"><span>{{ t('first') }}</span><input type="date" v-model="first" name="first" required></label><label class="m-field"><span>{{ t('last') }}</span><input type="date" v-model="last" name="last" required></label><button class="m-btn is-main">{{ t('show') }}</button></form>
            <template v-if="period"><p v-if="!period.final" class="m-said is-warn">{{ t('provisional') }}</p>
              <dl class="m-facts"><dt>{{ t('opening') }}</dt><dd>{{ yuan(period.opening) }}</dd><dt>{{ t('closing') }}</dt><dd data-testid="closing">{{ yuan(period.closing) }}</dd></dl>
              <div class="m-scroll" tabindex="0" role="region" :aria-label="t('statements')"><table><thead><tr><th scope="col">{{ t('kind') }}</th><th v-for="name in ['count', 'gross', 'fee', 'net']" :key="name" scope="col" class="is-num">{{ t(name) }}</th></tr></thead>
                <tbody><tr v-for="row in period.totals" :key="row[0]"><td>{{ t(row[0]) }}</td><td class="is-num">{{ row[1] }}</td><td class="is-num">{{ yuan(row[2]) }}</td><td class="is-num">{{ yuan(-row[3]) }}</td><td class="is-num">{{ yuan(row[4]) }}</td></tr></tbody></table></div>
              <div class="m-row"><span>{{ t('download') }}</span><button v-for="form in forms" :key="form" class="m-btn" :data-testid="'get-' + form" @click="fetchFile({form, first: period.first, last: period.last}, period.number + '.' + form)">{{ form === 'camt053.xml' ? 'CAMT.053' : form.toUpperCase() }}</button></div></template></section>
          <section v-if="period && period.charts.day.length" class="m-card"><h2>{{ t('charts') }}</h2><div class="m-two"><Chart v-for="name in ['hour', 'day', 'class', 'terminal']" :key="name" :rows="period.charts[name]" :title="t('by-' + name)" :name="t" :money="yuan"></Chart></div></section>
          <section class="m-card"><h2>{{ t('find') }}</h2>
            <form class="m-row" @submit.prevent="act({do: 'find', ...query})"><label class="m-field"><span>{{ t('voucher') }}</span><input v-model="query.voucher" inputmode="numeric" maxlength="6"></label><label class="m-field"><span>{{ t('cardEnd') }}</span><input v-model="query.card" inputmode="numeric" maxlength="4"></label><label class="m-field"><span>{{ t('amountYuan') }}</span><input v-model="query.amount" inputmode="decimal"></label><button class="m-btn is-main">{{ t('show') }}</button></form>
            <p v-if="found && !found.length" class="m-dim">{{ t('none') }}</p>
            <ul v-if="found"><li v-for="one in found" :key="one.reference" class="m-line"><div class="m-between"><span>{{ one.at }} {{ t(one.kind) }} {{ one.voucher }} {{ one.card }}</span><strong>{{ yuan(one.gross) }}</strong></div><details v-if="one.why"><summary>{{ t('due') }} {{ one.settles }} · {{ t('whyDate') }}</summary><p>{{ words(one.why) }}</p></details><button class="m-link" @click="ask(one.reference)">{{ t('ask') }} <span class="d-sr">{{ one.voucher }}</span></button></li></ul></section>
          <section class="m-card"><h2>{{ t('post') }}</h2>
            <form class="m-row" @submit.prevent="act({do: 'order', first, last, ...mail})"><label class="m-field"><span>{{ t('recipient') }}</span><input v-model="mail.recipient" maxlength="80" required></label><label class="m-field"><span>{{ t('address') }}</span><input v-model="mail.address" maxlength="200" required></label><button class="m-btn is-main">{{ t('order') }} {{ first }} – {{ last }}</button></form>
            <ul><li v-for="one in state.orders" :key="one.id" class="m-line"><div class="m-between"><span>{{ one.first }} – {{ one.last }} {{ one.tracking }}</span><span class="m-tag" :class="tone(one.state)">{{ t(one.state) }}</span></div><p v-if="one.reason">{{ one.reason }}</p><button v-if="one.state === 'ordered' || one.state === 'printed'" class="m-link" @click="act({do: 'cancel', id: one.id})">{{ t('cancel') }} <span class="d-sr">{{ one.id }}</span></button></li></ul></section>
        </template>

        <template v-if="tab === 'account'">
          <div class="m-two">
            <section class="m-card"><h2>{{ t('mode') }}</h2>
              <ul><li v-for="one in state.plans" :key="one.family" class="m-line"><strong>{{ t(one.family) }}</strong><span>{{ words(one.words) }} · {{ one.product }}<template v-if="one.next"> · {{ t('next') }} {{ one.next }}</template></span></li></ul>
              <form class="m-row" @submit.prevent="act({do: 'mode', ...plan})"><label class="m-field"><span>{{ t('kind') }}</span><select v-model="plan.family" name="family"><option value="card">{{ t('card') }}</option><option value="wallet">{{ t('wallet') }}</option></select></label>
                <label class="m-field"><span>{{ t('mode') }}</span><select v-model="plan.mode" name="mode"><option v-for="name in ['daily', 'weekly', 'manual', 'real_time']" :key="name" :value="name">{{ t(name) }}</option></select></label>
                <label v-if="plan.mode === 'weekly'" class="m-field"><span>{{ t('weekday') }}</span><select v-model.number="plan.weekday" name="weekday"><option v-for="day in 7" :key="day" :value="day">{{ t('d' + day) }}</option></select></label>
                <label v-if="plan.mode === 'daily' || plan.mode === 'weekly'" class="m-field"><span>{{ t('at') }}</span><input type="time" v-model="plan.at" name="at" required></label><button class="m-btn is-main" data-testid="save-mode">{{ t('save') }}</button></form></section>
            <section class="m-card"><h2>{{ t('toAccount') }}</h2><p v-if="state.account" data-testid="account">{{ state.account.spelled }}</p><p v-else class="m-dim">{{ t('noAccount') }}</p><p v-if="state.account && state.account.held_until" class="m-dim">{{ t('heldUntil') }} {{ state.account.held_until }}</p>
              <template v-if="state.proposed"><h3>{{ t('proposed') }}</h3><p>{{ state.proposed.spelled }}</p><form class="m-row" @submit.prevent="act({do: 'confirm', id: state.proposed.id, code: accountCode})"><label class="m-field"><span>{{ t('code') }}</span><input v-model="accountCode" inputmode="numeric" maxlength="6" name="account-code" required></label><button class="m-btn is-main">{{ t('confirmAccount') }}</button></form></template></section>
          </div>
          <section class="m-card"><h2>{{ t('changeAccount') }}</h2>
            <form class="m-card" style="border:0;box-shadow:none;padding:0" @submit.prevent="act({do: 'propose', ...form})"><div class="m-two">
              <label class="m-field"><span>{{ t('accountKind') }}</span><select v-model="form.kind" name="kind"><option value="bank">{{ t('bank') }}</option><option value="payment">{{ t('payment') }}</option></select></label>
              <label class="m-field"><span>{{ t('number') }}</span><input v-model="form.number" inputmode="text" autocomplete="off" maxlength="40" name="number" required></label>
              <label class="m-field"><span>{{ t('holder') }}</span><input v-model="form.holder" maxlength="80" name="holder" required></label><label class="m-field"><span>{{ t('institution') }}</span><input v-model="form.institution" maxlength="80" name="institution" required></label>
              <template v-if="form.kind === 'bank'"><label class="m-field"><span>{{ t('branch') }}</span><input v-model="form.branch" maxlength="80" name="branch" required></label><label class="m-field"><span>{{ t('cnaps') }}</span><input v-model="form.cnaps" inputmode="numeric" maxlength="15" name="cnaps" required></label>
                <label class="m-between" style="justify-content:start"><input type="checkbox" v-model="form.company" name="company"><span>{{ t('company') }}</span></label></template></div>
              <button class="m-btn is-main" data-testid="propose" :disabled="working">{{ t('propose') }}</button></form></section>
        </template>

        <section v-if="tab === 'account'" class="m-card" data-testid="contacts"><h2>{{ t('contacts') }}</h2><p class="m-dim">{{ t('contactsWhy') }}</p>
          <ul><li v-for="(address, channel) in state.contacts" :key="channel" class="m-line"><div class="m-between"><span>{{ t('by-' + channel) }} {{ address }}</span><button type="button" class="m-link" @click="act({do: 'drop', channel})">{{ t('remove') }} <span class="d-sr">{{ t('by-' + channel) }}</span></button></div></li></ul>
          <p v-if="secret" class="m-said is-warn">{{ t('signingKey') }} <code data-testid="secret" style="overflow-wrap:anywhere">{{ secret }}</code></p>
          <form class="m-row" @submit.prevent="act({do: 'phone', number: contact.phone})"><label class="m-field"><span>{{ t('phone') }}</span><input v-model="contact.phone" inputmode="tel" autocomplete="tel" maxlength="20" name="phone" placeholder="+8613800138000" required></label><button class="m-btn">{{ t('save') }}</button></form>
          <form class="m-row" @submit.prevent="act({do: 'webhook', url: contact.url})"><label class="m-field"><span>{{ t('webhook') }}</span><input v-model="contact.url" inputmode="url" maxlength="300" name="webhook" placeholder="https://" required></label><button class="m-btn">{{ t('save') }}</button></form></section>

        <template v-if="tab === 'cases'">
          <section class="m-card"><h2>{{ t('questions') }}</h2><p v-if="!state.questions.length" class="m-dim">{{ t('none') }}</p><ul><li v-for="one in state.questions" :key="one.id" class="m-line" data-testid="question"><div class="m-between"><span>{{ one.id }} · {{ one.reference }} · {{ one.at }}</span><span class="m-tag" :class="tone(one.state)">{{ t(one.state) }}</span></div><p>{{ one.text }}</p><p v-if="one.answer"><strong>{{ one.answer }}</strong></p></li></ul></section>
          <section class="m-card"><h2>{{ t('worklist') }}</h2><p v-if="!state.differences.length" class="m-dim">{{ t('none') }}</p><ul><li v-for="one in state.differences" :key="one.id" class="m-line"><div class="m-between"><strong>{{ t(one.side) }} · {{ t(one.kind) }} {{ yuan(one.amount) }}</strong><span class="m-tag" :class="one.open ? 'is-warn' : 'is-ok'">{{ one.open ? t('open') : t('closed') }}</span></div><span class="m-dim">{{ one.found }} · {{ one.age }} {{ t('days') }} · {{ one.reference }} {{ one.owner }}</span><p>{{ words(one.why) }}</p><p v-if="one.resolution">{{ words(one.resolution) }}</p></li></ul></section>
          <section class="m-card"><h2>{{ t('chargebacks') }}</h2><p v-if="!state.chargebacks.length" class="m-dim">{{ t('none') }}</p><ul><li v-for="one in state.chargebacks" :key="one.id" class="m-line"><div class="m-between"><strong>{{ one.case }} · {{ yuan(one.amount) }}</strong><span class="m-tag" :class="tone(one.state)">{{ t(one.state) }}</span></div><span class="m-dim">{{ one.payment }} · {{ one.reason }} · {{ t('until') }} {{ one.due }}</span><p v-if="one.explanation">{{ words(one.explanation) }}</p>
            <form v-if="one.state === 'open' || one.state === 'contested'" class="m-row" @submit.prevent="act({do: 'evidence', id: one.id, text: evidence[one.id] || ''})"><label class="m-field"><span>{{ t('evidence') }}</span><textarea v-model="evidence[one.id]" rows="2" required></textarea></label><button class="m-btn is-main">{{ t('handIn') }}</button></form></li></ul></section>
        </template>

        <section v-if="asking" class="m-card" style="position:sticky;bottom:8px" role="dialog" :aria-label="t('ask')"><h2>{{ t('ask') }} · {{ asking }}</h2>
          <form class="m-row" @submit.prevent="act({do: 'ask', reference: asking, text: question})"><label class="m-field"><span>{{ t('askText') }}</span><textarea v-model="question" rows="2" maxlength="500" name="question" required></textarea></label><button class="m-btn is-main" data-testid="send-question">{{ t('send') }}</button><button type="button" class="m-btn" @click="asking = ''">{{ t('cancel') }}</button></form></section>
      </template>
    </div>
  </div>`,
};
