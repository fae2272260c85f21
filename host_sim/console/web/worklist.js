// Reconciliation at the desk: what differs, how long it stands, what ends it; the files that came; alarms.
import { Speaks } from "/desk/words.js";

const Row = {
  mixins: [Speaks],
  props: ["row"],
  template: `
  <li class="d-work" :data-difference="row.id"><div class="d-bar"><span class="d-state" :class="row.resolution ? 'is-approved' : 'is-declined'">{{ t('kind-' + row.kind) }}</span><b class="d-num">{{ money(row.fen) }}</b><span class="d-dim d-small d-grow">{{ said(row.channel) }} {{ row.day }}</span><span class="d-small">{{ row.age }} {{ t('days') }}</span></div>
    <p class="d-small d-break">{{ pick(row.why) }}</p><p v-if="row.resolution" class="d-small"><b>{{ pick(row.resolution) }}</b></p><p v-else-if="row.waits" class="d-small d-dim">{{ t('waitsUntil') }} {{ row.waits.slice(0, 10) }}</p></li>`,
};

export const WorkList = {
  mixins: [Speaks],
  components: { Row },
  props: ["list", "holds", "done"],
  emits: ["act"],
  methods: { six: (number) => String(number).padStart(6, "0") },
  template: `
  <div v-if="list" data-testid="worklist">
    <div class="d-bar"><h3 class="d-grow">{{ t('differences') }} <span class="d-num" data-testid="open-count">{{ list.count }}</span></h3><button type="button" class="d-btn" data-testid="repair" :disabled="!holds || !list.count" @click="$emit('act', { do: 'repair' })">{{ t('repair') }}</button></div>
    <p role="status" class="d-small" data-testid="repaired">{{ done ? pick(done) : '' }}</p>
    <p v-if="!list.count" class="d-empty">{{ t('noDifferences') }}</p>
    <p v-else class="d-small d-dim">{{ t('ageing') }}: <span v-for="(count, at) in list.ageing" :key="at">{{ ['0', '1–3', '4–7', '8+'][at] }} {{ t('days') }}: {{ count }}<template v-if="at < 3"> · </template></span></p>
    <ul class="d-plainlist"><row v-for="one in list.open" :key="one.id" :lang="lang" :row="one"></row></ul>
    <template v-if="list.given_up.length"><h3>{{ t('givenUp') }}</h3><ul class="d-plainlist"><li v-for="one in list.given_up" :key="one.id" class="d-work" data-testid="given-up"><div class="d-bar"><b class="d-num">{{ money(one.fen) }}</b><span class="d-dim d-small d-grow">{{ said(one.kind) }} {{ one.terminal }} {{ six(one.batch) }}/{{ six(one.trace) }}</span><button type="button" class="d-btn" data-testid="undo" :disabled="!holds" @click="$emit('act', { do: 'decide', id: one.id, stands: false })">{{ t('undoIt') }}</button><button type="button" class="d-btn" data-testid="stands" :disabled="!holds" @click="$emit('act', { do: 'decide', id: one.id, stands: true })">{{ t('itStands') }}</button></div></li></ul></template>
    <template v-if="list.debts.length"><h3>{{ t('debts') }}</h3><ul class="d-plainlist"><li v-for="one in list.debts" :key="one.id" class="d-work" data-testid="debt"><div class="d-bar"><b class="d-num">{{ money(one.fen) }}</b><span class="d-dim d-small d-grow">{{ one.terminal }} {{ six(one.batch) }}/{{ six(one.trace) }} {{ one.response }}</span></div></li></ul></template>
    <h3>{{ t('clearingFiles') }}</h3><p v-if="!list.files.length" class="d-empty">{{ t('noFiles') }}</p>
    <table v-else class="d-table"><thead><tr><th scope="col">{{ t('channel') }}</th><th scope="col">{{ t('day') }}</th><th scope="col" class="d-right">{{ t('lines') }}</th><th scope="col" class="d-right">{{ t('agreeing') }}</th><th scope="col" class="d-right">{{ t('net') }}</th></tr></thead>
      <tbody><tr v-for="file in list.files" :key="file.channel + file.day"><td>{{ said(file.channel) }}</td><td class="d-num">{{ file.day }}</td><td class="d-num d-right">{{ file.items }}</td><td class="d-num d-right">{{ file.matched }}</td><td class="d-num d-right">{{ money(file.fen) }}</td></tr></tbody></table>
    <template v-if="list.ended.length"><h3>{{ t('endedDifferences') }}</h3><ul class="d-plainlist"><row v-for="one in list.ended" :key="one.id" :lang="lang" :row="one"></row></ul></template>
    <h3>{{ t('alarms') }}</h3><p v-if="!list.alarms.length" class="d-empty">{{ t('noAlarms') }}</p>
    <ul v-else class="d-plainlist"><li v-for="one in list.alarms" :key="one.id" class="d-work" data-testid="alarm"><span class="d-mono d-dim">{{ one.at.slice(0, 10) }} {{ clockTime(one.at) }}</span> <b>{{ said(one.kind) }}</b><p class="d-small d-break">{{ said(one.text) }}</p></li></ul>
  </div>`,
};
