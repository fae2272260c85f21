// A message field by field beside its bytes: point at one and see the other. Everything of the card is left out.
import { Speaks } from "/desk/words.js";

export const Objects = {
  mixins: [Speaks],
  props: ["rows"],
  template: `
  <table class="d-table d-objects"><tbody>
    <tr v-for="(row, at) in rows" :key="at"><th scope="row" class="d-mono" :style="{ paddingLeft: 8 + 12 * row.depth + 'px' }">{{ row.tag }}</th>
      <td class="d-dim">{{ said(row.name) }}</td><td><span class="d-mono d-break">{{ said(row.value) }}</span><span v-if="row.meaning" class="d-mean">{{ said(row.meaning) }}</span></td></tr>
  </tbody></table>`,
};

export const Message = {
  mixins: [Speaks],
  components: { Objects },
  props: ["message"],
  data: () => ({ lit: "" }),
  template: `
  <div class="d-message">
    <div class="d-fields" role="region" :aria-label="t('fields')" tabindex="0">
      <table class="d-table"><tbody>
        <template v-for="field in message.fields" :key="field.number">
          <tr :class="{ lit: lit === String(field.number) }" tabindex="0" @mouseenter="lit = String(field.number)" @focus="lit = String(field.number)" @mouseleave="lit = ''">
            <th scope="row" class="d-mono">F{{ field.number }}</th><td class="d-dim">{{ pick(field.name) }}</td>
            <td><span v-if="!field.objects" class="d-mono d-break">{{ said(field.value) }}</span><span v-if="field.meaning" class="d-mean">{{ said(field.meaning) }}</span>
              <details v-if="field.objects" open><summary>{{ field.objects.length }} {{ t('objects') }}</summary><objects :lang="lang" :rows="field.objects"></objects></details></td></tr>
        </template>
      </tbody></table>
    </div>
    <div class="d-bytes" role="region" :aria-label="t('bytes')" tabindex="0">
      <p class="d-hex"><span v-for="(piece, at) in message.raw" :key="at" :class="{ lit: lit === piece.field, odd: at % 2 }" :title="isNaN(piece.field) ? said(piece.field) : 'F' + piece.field"
        @mouseenter="lit = piece.field" @mouseleave="lit = ''">{{ piece.hex + ' ' }}</span></p>
      <p v-if="message.wrong" class="d-small d-wrong">{{ said(message.wrong) }}</p>
      <p class="d-dim d-small">{{ t('hiddenNote') }}</p>
    </div>
  </div>`,
};

export const Exchange = {
  mixins: [Speaks],
  components: { Objects },
  props: ["exchange"],
  template: `
  <div class="d-exchange">
    <p class="d-small"><b>{{ t('command') }}</b> <span class="d-mono d-break">{{ exchange.command }}</span></p>
    <template v-if="exchange.asked && exchange.asked.length"><p class="d-small"><b>{{ t('asked') }}</b></p><objects :lang="lang" :rows="exchange.asked"></objects></template>
    <p class="d-small"><b>{{ t('answer') }}</b> <span class="d-mono d-break">{{ exchange.answer || '—' }}</span></p>
    <objects v-if="exchange.objects && exchange.objects.length" :lang="lang" :rows="exchange.objects"></objects>
  </div>`,
};
