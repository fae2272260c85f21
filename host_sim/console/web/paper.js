// The printer's mouth: the newest slip hangs out until somebody tears it off; torn slips lie in a pile.
import { Speaks } from "/desk/words.js";

export const Paper = {
  mixins: [Speaks],
  props: ["slips", "holds"],
  emits: ["act"],
  data: () => ({ torn: 0, viewing: null }),
  computed: {
    hanging() {
      const last = (this.slips || []).at(-1);
      return last && last.number > this.torn ? last : null;
    },
    pile() { return (this.slips || []).filter((slip) => slip.number <= this.torn || slip !== this.hanging).slice(-3).reverse(); },
  },
  mounted() { this.torn = (this.slips || []).at(-1)?.number || 0; },
  methods: {
    tear() {
      this.$emit("act", { do: "tear" });
      this.viewing = this.hanging;
      this.torn = this.hanging.number;
      this.$nextTick(() => this.$refs.view?.showModal());
    },
    show(slip) { this.viewing = slip; this.$nextTick(() => this.$refs.view?.showModal()); },
    close() { this.$refs.view?.close(); },
  },
  template: `
  <div class="d-paper" role="group" :aria-label="t('printer')">
    <div v-if="hanging" class="d-hang" data-testid="slip">
      <div class="d-strip"><img :src="'/slip/' + hanging.number + '.png'" :alt="t('slipNo') + ' ' + hanging.number + ': ' + hanging.text" :key="hanging.number"></div>
      <div class="d-tear"><button type="button" class="d-btn is-main" data-testid="tear" @click="tear">{{ t('tear') }}</button></div>
    </div>
    <div v-else class="d-nopaper">
      <span v-if="!pile.length">{{ t('paperHere') }}</span>
      <template v-else><span>{{ t('tornSlips') }}</span>
        <button v-for="slip in pile" :key="slip.number" type="button" class="d-btn" :data-slip="slip.number" @click="show(slip)">{{ t('slipNo') }} {{ slip.number }}</button></template>
    </div>
    <dialog ref="view" class="d-slipview" :aria-label="t('slipNo')" @click.self="close">
      <template v-if="viewing">
        <div class="d-bar"><b>{{ t('slipNo') }} {{ viewing.number }}</b><span class="d-grow"></span>
          <a class="d-btn" :href="'/slip/' + viewing.number + '.pdf'" target="_blank" rel="noopener" data-testid="pdf">{{ t('asPdf') }}</a>
          <button type="button" class="d-btn" @click="close">{{ t('close') }}</button></div>
        <div class="d-slippage" tabindex="0" role="region" :aria-label="t('slipNo') + ' ' + viewing.number"><img :src="'/slip/' + viewing.number + '.png'" :alt="viewing.text"></div>
      </template>
    </dialog>
  </div>`,
};
