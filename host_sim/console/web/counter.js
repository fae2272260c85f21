// The rack of cards and the world's switches.
import { Speaks } from "/desk/words.js";

export const Cards = {
  mixins: [Speaks],
  props: ["cards", "held", "balances", "holds"],
  computed: { manyWays() { return new Set((this.cards || []).map((card) => card.way)).size > 1; } },
  emits: ["act"],
  template: `
  <section class="d-panel d-cards" :aria-label="t('cards')">
    <h2>{{ t('cards') }}</h2>
    <ul class="d-rack">
      <li v-for="(card, at) in cards" :key="card.name"><h3 v-if="manyWays && (!at || cards[at - 1].way !== card.way)" class="d-way">{{ t('way-' + card.way) }}</h3>
        <button type="button" class="d-card" :class="['tone-' + card.tone, { held: held === card.name }]" :disabled="!holds"
          :data-card="card.name" @click="$emit('act', { do: 'present', card: card.name })">
          <span class="d-chip" aria-hidden="true"></span>
          <span class="d-cardtext"><span class="d-cardtop"><b>{{ pick(card.title) }}</b>
            <span v-if="balances && balances[card.name] !== undefined" class="d-num">{{ money(balances[card.name]) }}</span></span>
            <span class="d-dim">{{ held === card.name ? t(card.way === 'insert' ? 'inSlot' : 'onReader') : pick(card.says) }}</span></span>
        </button>
      </li>
    </ul>
  </section>`,
};

export const World = {
  mixins: [Speaks],
  props: ["world", "holds", "powered"],
  emits: ["act"],
  data: () => ({ links: ["up", "slow", "lossy", "down"], leaps: [["hour", "leapHour"], ["cutoff", "leapCutoff"], ["morning", "leapMorning"]],
    cuts: [["write", "cutWrite"], ["answer", "cutAnswer"]] }),
  computed: {
    switches() {
      return [["lose_answer", "loseAnswer"], ["spoil", "spoil"], ["paper_out", "paperOut"]]
        .map(([name, key]) => ({ name, key, on: this.world ? this.world[key] : false }));
    },
  },
  methods: {
    cut(where) { this.$emit("act", { do: "cut", where: this.world?.armed === where ? "" : where }); },
  },
  template: `
  <section class="d-panel d-world" :aria-label="t('world')">
    <h2>{{ t('world') }}</h2>
    <div class="d-worldgrid">
      <div class="d-field"><span class="d-label" id="d-line">{{ t('theLine') }}</span>
        <div class="d-seg" role="radiogroup" aria-labelledby="d-line">
          <button v-for="name in links" :key="name" type="button" role="radio" :aria-checked="String(world?.link === name)" :disabled="!holds"
            :data-link="name" @click="$emit('act', { do: 'link', to: name })">{{ t('link-' + name) }}</button></div>
        <div class="d-switches">
          <button v-for="one in switches" :key="one.name" type="button" role="switch" class="d-switch" :aria-checked="String(!!one.on)" :disabled="!holds"
            :data-switch="one.name" @click="$emit('act', { do: 'switch', name: one.name, on: !one.on })"><span class="d-knob" aria-hidden="true"></span>{{ t(one.key) }}</button></div></div>
      <div><div class="d-field"><span class="d-label">{{ t('power') }}</span>
        <div class="d-row"><button type="button" class="d-btn" :disabled="!holds || !powered" data-testid="cut-now" @click="$emit('act', { do: 'cut', where: 'now' })">{{ t('cutNow') }}</button>
          <button v-for="[where, key] in cuts" :key="where" type="button" class="d-btn" :disabled="!holds || !powered" :aria-pressed="String(world?.armed === where)" :data-testid="'cut-' + where" @click="cut(where)">{{ t(key) }}</button></div></div>
      <div class="d-field"><span class="d-label">{{ t('host') }}</span>
        <div class="d-row"><button type="button" class="d-btn" :disabled="!holds" data-testid="host-power" @click="$emit('act', { do: 'host', on: !world?.host })">{{ t(world?.host === false ? 'startHost' : 'killHost') }}</button></div></div>
      <div class="d-field"><span class="d-label">{{ t('clock') }}</span>
        <div class="d-row"><button v-for="[to, key] in leaps" :key="to" type="button" class="d-btn" :disabled="!holds" :data-leap="to" @click="$emit('act', { do: 'leap', to })">{{ t(key) }}</button></div></div></div>
    </div>
  </section>`,
};
