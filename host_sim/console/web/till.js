// The till, drawn like the thing: glass, lights, keys, and the paper that comes out of it.
import { Speaks } from "/desk/words.js";
import { Paper } from "/desk/paper.js";

const KEYS = [
  ["1", "2", "3", "cancel"], ["4", "5", "6", "clear"], ["7", "8", "9", "menu"], ["00", "0", "up", "confirm"], ["down"],
];
const WIDTH = 128, HEIGHT = 64;

/** One path of all lit pixels: a run of a row is a rectangle, so it is crisp at any zoom. */
export function glassPath(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  let path = "";
  for (let y = 0; y < HEIGHT; y++) {
    let begin = -1;
    for (let x = 0; x <= WIDTH; x++) {
      const lit = x < WIDTH && (bytes[y * 16 + (x >> 3)] >> (7 - (x & 7))) & 1;
      if (lit && begin < 0) begin = x;
      if (!lit && begin >= 0) { path += `M${begin} ${y}h${x - begin}v1h${begin - x}z`; begin = -1; }
    }
  }
  return path;
}

export const Till = {
  mixins: [Speaks],
  components: { Paper },
  props: ["screen", "text", "powered", "green", "red", "buzzer", "slips", "holds", "deaths", "pressedKey"],
  emits: ["act"],
  computed: {
    path() { return this.screen ? glassPath(this.screen) : ""; },
    keys() { return KEYS.flat(); },
    said() { return (this.text || []).filter(Boolean).join(". ") || this.t("screenOff"); },
  },
  methods: {
    press(key) { this.$emit("act", { do: "press", key }); },
    label(key) { return /^\d+$/.test(key) ? key : key === "up" ? "▲" : key === "down" ? "▼" : this.t(key); },
    name(key) { return /^\d+$/.test(key) ? key : this.t(key); },
  },
  template: `
  <section class="d-tillcol" :aria-label="t('till')">
    <paper :lang="lang" :slips="slips" :holds="holds" @act="$emit('act', $event)"></paper>
    <div class="d-till" :class="{ 'is-off': !powered }">
      <div class="d-slot" aria-hidden="true"></div>
      <div class="d-lights">
        <span class="d-brand">picotill</span>
        <span class="d-led is-green" :class="{ lit: green }" role="img" :aria-label="t('lightsGreen') + ': ' + t(green ? 'isOn' : 'isOff')"></span>
        <span class="d-led is-red" :class="{ lit: red }" role="img" :aria-label="t('lightsRed') + ': ' + t(red ? 'isOn' : 'isOff')"></span>
        <svg class="d-buzz" :class="{ lit: buzzer }" viewBox="0 0 16 16" role="img" :aria-label="t('buzzer') + ': ' + t(buzzer ? 'isOn' : 'isOff')"><path d="M2 6v4h3l4 3V3L5 6z"/><path d="M11 5.5a3.5 3.5 0 0 1 0 5M13 3.5a6.4 6.4 0 0 1 0 9" fill="none" stroke="currentColor" stroke-width="1.4"/></svg>
      </div>
      <div class="d-bezel">
        <svg class="d-glass" :viewBox="'0 0 128 64'" shape-rendering="crispEdges" role="img" :aria-label="t('screen')">
          <rect width="128" height="64" class="d-dark"></rect><path :d="path" class="d-lit" data-testid="pixels"></path>
        </svg>
      </div>
      <div class="d-sr" aria-live="polite" data-testid="screen-text">{{ said }}</div>
      <div class="d-keys" role="group" :aria-label="t('keypad')">
        <button v-for="key in keys" :key="key" type="button" class="d-key" :class="['k-' + key, { down: pressedKey === key }]"
          :disabled="!holds || !powered" :aria-label="name(key)" :data-key="key" @pointerdown.prevent="press(key)"
          @click="$event.detail === 0 && press(key)" @keydown.enter.stop.prevent="press(key)" @keydown.space.stop.prevent="press(key)">{{ label(key) }}</button>
        <button type="button" class="d-key k-power" :disabled="!holds" data-testid="power"
          @click="$emit('act', { do: 'power', on: !powered })"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2v6M4.8 4.2a5 5 0 1 0 6.4 0" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></svg>{{ t(powered ? 'powerOff' : 'powerOn') }}</button>
      </div>
    </div>
    <p v-if="!powered && deaths" class="d-note is-bad">{{ t('tillDied') }}</p>
    <p class="d-hint">{{ t('keysHint') }}</p>
  </section>`,
};
