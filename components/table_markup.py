"""The markup of a record table's header and rows, which Quasar fills in for each."""

PICK_ALL = r"""
<th scope="col" class="pick-cell"><q-checkbox dense aria-label="Select all on this page"
  :model-value="$parent.rows.every(row => row.picked)
    ? true : $parent.rows.some(row => row.picked) ? null : false"
  @update:model-value="on => { $parent.rows.forEach(row => { row.picked = !!on });
    $parent.$emit('pick', $parent.rows.map(row => row.id), !!on) }"></q-checkbox></th>"""

PICK = r"""
<td class="pick-cell" @click.stop><q-checkbox dense :aria-label="'Select ' + props.row.called"
  :model-value="props.row.picked"
  @update:model-value="on => { props.row.picked = on; $parent.$emit('pick', [props.row.id], on) }">
  </q-checkbox></td>"""

DOCUMENT_HEAD = r"""<th scope="col" class="menu-cell"><span class="unseen">Document</span></th>"""

DOCUMENT = r"""
<td class="menu-cell" @click.stop><q-btn v-if="props.row.document" flat round dense icon="picture_as_pdf"
  class="icon-button" :href="props.row.document" :aria-label="'PDF of ' + props.row.called"></q-btn></td>"""

MENU_HEAD = r"""<th scope="col" class="menu-cell"><span class="unseen">Actions</span></th>"""

MENU = r"""
<td class="menu-cell" @click.stop><q-btn flat round dense icon="more_vert" class="icon-button"
  :id="'menu-' + props.row.id" :aria-label="'Actions for ' + props.row.called" aria-haspopup="menu"
  @click="$parent.$emit('menu', props.row.id)"></q-btn></td>"""

HEADER = r"""
<tr>{pick}<th v-for="col in props.cols" :key="col.name" scope="col" :class="col.headerClasses"
  :aria-sort="col.sorted">
  <button v-if="col.sorts" type="button" class="sort" @click="$parent.$emit('sort', col.name)">
    {{{{ col.label }}}}<span aria-hidden="true">{{{{ col.arrow }}}}</span></button>
  <template v-else>{{{{ col.label }}}}</template>
</th>{document}{menu}</tr>"""

# A row with an address of its own is a link, which opens in another tab too; a click beside it is the same.
BODY = r"""
<tr class="record" @click="{click}">{pick}
  <td v-for="col in props.cols" :key="col.name" :class="col.classes" :data-label="col.label">
    <a v-if="col.opens && props.row.href" class="open" :href="props.row.href">
      {{{{ props.row[col.name] }}}}</a>
    <button v-else-if="col.opens" type="button" class="open" :id="'open-' + props.row.id">
      {{{{ props.row[col.name] }}}}</button>
    <span v-else-if="col.badges && props.row[col.name]" class="badge"
      :class="col.badges[props.row[col.name]]">
      {{{{ props.row[col.name] }}}}</span>
    <template v-else-if="Array.isArray(props.row[col.name])">
      <span v-for="remark in props.row[col.name]" class="badge badge-wait">{{{{ remark }}}}</span></template>
    <template v-else>{{{{ props.row[col.name] }}}}</template>
</td>{document}{menu}</tr>"""

# Sums of all rows that match, each currency on a line of its own; `sums` is null in columns that have none.
TOTALS = r"""
<tr v-if="props.cols.some(col => col.sums)" class="totals">{pick}
  <template v-for="col in props.cols" :key="col.name">
  <th v-if="col.says" scope="row" :class="col.classes">{{{{ col.says }}}}</th>
  <td v-else :class="col.classes" :data-label="col.label">
    <div v-if="col.sums"><div v-for="sum in col.sums">{{{{ sum }}}}</div></div></td>
  </template>{document}{menu}</tr>"""

OPEN = r"""$parent.$emit('open', props.row.id)"""
FOLLOW = r"""$event.target.closest('a') || $event.currentTarget.querySelector('a.open').click()"""


def header(*, picks: bool, documents: bool, menu: bool) -> str:
    """The row of headers."""
    return HEADER.format(
        pick=PICK_ALL if picks else '',
        document=DOCUMENT_HEAD if documents else '',
        menu=MENU_HEAD if menu else '',
    )


def body(*, picks: bool, documents: bool, menu: bool, links: bool) -> str:
    """One record."""
    return BODY.format(
        pick=PICK if picks else '',
        document=DOCUMENT if documents else '',
        menu=MENU if menu else '',
        click=FOLLOW if links else OPEN,
    )


def totals(*, picks: bool, documents: bool, menu: bool) -> str:
    """The row of sums below all others."""
    beside = '<td class="menu-cell"></td>'
    return TOTALS.format(
        pick='<td class="pick-cell"></td>' if picks else '',
        document=beside if documents else '',
        menu=beside if menu else '',
    )
