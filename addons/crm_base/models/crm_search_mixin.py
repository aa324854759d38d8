from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import search_text

COMMON = 0.1  # of all records


class CrmSearchMixin(models.AbstractModel):
    """Records found by a name part, pinyin, initials, code or phone tail, fast at a million rows.

    A model joins by inheriting this mixin and telling in ``_crm_search_names`` and ``_crm_search_codes`` what
    it is found by (dotted names reach lines). ``crm_search_grams`` is a column that PostgreSQL itself derives
    from ``crm_search_text``, so it is right whoever wrote the row.
    """

    _name = "crm.search.mixin"
    _description = "Search by Pinyin"

    _crm_search_names = ("name",)
    _crm_search_codes = ()

    crm_search_text = fields.Text(
        compute="_compute_crm_search_text",
        compute_sudo=True,  # computed for all readers alike; told to nobody
        store=True,
        copy=False,
        groups=fields.NO_ACCESS,
    )
    crm_search = fields.Char(
        string="Name, Pinyin, Code or Phone",
        compute="_compute_crm_search",
        compute_sudo=True,  # holds nothing that the record's own fields do not tell
        search="_search_crm_search",
        exportable=False,
    )

    def init(self):
        super().init()
        if self._abstract or not self._auto:
            return
        cr = self.env.cr
        cr.execute(search_text.SEARCH_FUNCTIONS)
        index = f"{self._table}__crm_search_grams_index"
        cr.execute(
            SQL(
                "ALTER TABLE %(table)s ADD COLUMN IF NOT EXISTS crm_search_grams integer[]"
                " GENERATED ALWAYS AS (crm_search_grams(crm_search_text)) STORED;"
                # the planner must know how common a gram is, to choose between this index and the list's own order
                " ALTER TABLE %(table)s ALTER crm_search_grams SET STATISTICS 1000;"
                " CREATE INDEX IF NOT EXISTS %(index)s ON %(table)s USING gin (crm_search_grams)",
                table=SQL.identifier(self._table),
                index=SQL.identifier(index),
            )
        )

    @api.depends(lambda self: (*self._crm_search_names, *self._crm_search_codes))
    def _compute_crm_search_text(self):
        def values(record, paths):
            return [value for path in paths for value in record.mapped(path) if value]

        for record in self:
            record.crm_search_text = search_text.search_text(
                values(record, self._crm_search_names), values(record, self._crm_search_codes)
            )

    @api.depends("crm_search_text")
    def _compute_crm_search(self):
        for record in self:
            record.crm_search = record.crm_search_text

    def _search_crm_search(self, operator, value):
        if operator not in ("ilike", "like", "in") or not value:
            return NotImplemented
        if operator == "in":
            return Domain.OR(self._crm_search_domain(text) for text in value if text)
        return self._crm_search_domain(value)

    @api.model
    def _search_display_name(self, operator, value):
        if isinstance(value, str) and search_text.query_parts(value):
            if operator in ("ilike", "like"):
                return self._crm_search_domain(value)
            if operator in ("not ilike", "not like"):
                return NotImplemented  # the ORM then turns the positive answer round
        return super()._search_display_name(operator, value)

    @api.model
    def _crm_search_domain(self, text):
        """The records found by what somebody typed.

        :param str text: words in any script; all of them must be found
        :return: ``odoo.fields.Domain``; matches nothing if the text holds no letter or digit
        """
        parts = search_text.query_parts(text)
        return Domain.AND(map(self._crm_search_part_domain, parts)) if parts else Domain.FALSE

    @api.model
    def _crm_search_part_domain(self, part):
        def to_sql(model, alias, query):
            stored = model._fields["crm_search_text"]
            grams = search_text.part_grams(part)
            condition = SQL(
                "%s @> ARRAY[%s]",
                SQL.identifier(alias, "crm_search_grams", to_flush=stored),
                SQL(", ").join(SQL("hashtext(%s)", gram) for gram in grams),
            )
            if all(map(self._crm_gram_is_common, grams)):
                condition = SQL("(%s) IS TRUE", condition)  # says the same and keeps the planner from the index
            if grams != [part] and len(part) > 2:
                # what holds the grams is looked at again; as LIKE, the planner would think it rarer than it is
                text = SQL.identifier(alias, stored.name)
                condition = SQL("(%s AND strpos(%s, %s) > 0)", condition, text, part)
            return condition

        return Domain.custom(to_sql=to_sql)

    @api.model
    @tools.ormcache("gram")
    def _crm_gram_is_common(self, gram):
        """Whether so many records hold the gram that reading the index costs more than looking at records.

        As the statistics of the database say; until it has any, no gram is.
        """
        return bool(
            self.env.execute_query(
                SQL(
                    "SELECT 1 FROM pg_stats, unnest(most_common_elems::text::integer[], most_common_elem_freqs)"
                    " AS common (gram, frequency) WHERE schemaname = current_schema AND tablename = %s"
                    " AND attname = 'crm_search_grams' AND gram = hashtext(%s) AND frequency > %s",
                    self._table,
                    gram,
                    COMMON,
                )
            )
        )
