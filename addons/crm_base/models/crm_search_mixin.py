from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL, Query

from ..tools import search_text

COMMON = 0.025  # of all records: reading the index would cost more than looking at records
RARE = 0.015  # of all records: all of them are sooner read than some of them met in the list's own order
CANDIDATES = 300  # of what is found in another order than the list's, so many at most are put in order,
CANDIDATES_PER_ROW = 50  # and so many for each row asked for
FEW = 1000  # records of which finding the ids is cheaper than looking for a page and then for their number


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
        prefetch=False,
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
                # no fastupdate: every search would read a list of what is not in the index yet
                " CREATE INDEX IF NOT EXISTS %(index)s ON %(table)s USING gin (crm_search_grams)"
                " WITH (fastupdate = off)",
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
    @api.readonly
    def web_search_read(self, domain, specification, offset=0, limit=None, order=None, count_limit=None):
        # ids first, then the values of a page: values that are there already would have the record rules of their
        # records evaluated in Python; what a word finds, and its number if that stops at a few records, by one query
        counts = limit and count_limit and offset + limit < count_limit <= FEW and self._crm_parts(domain)
        found = self.search(domain, offset=offset, limit=count_limit - offset if counts else limit, order=order)
        records = found[:limit].web_read(specification)
        if counts:
            return {"length": offset + len(found) if found else 0, "records": records}
        return self._format_web_search_read_results(domain, records, offset, limit, count_limit)

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        """As usual; but what a rare word finds, or any word of those who do not see all, is put in order afterwards.

        Left alone, the planner would walk along the list's own order: it expects finds spread evenly, while those of a
        region stand together. Beyond ``CANDIDATES`` finds, any so many of them make up the first pages of the list's
        own order; another order asked for counts them all.
        """
        rows = (offset or 0) + (limit or 0)
        if not limit or order != self._order or rows >= CANDIDATES or not self._crm_finds_few(domain):
            return super()._search(domain, offset, limit, order, **kwargs)
        found = super()._search(domain, limit=min(CANDIDATES, CANDIDATES_PER_ROW * rows), **kwargs)
        if found.is_empty():
            return found
        query = Query(self.env, self._table, SQL("(%s)", found.select(SQL("%s.*", SQL.identifier(self._table)))))
        query.order = self._order_to_sql(order, query)
        query.limit = limit
        query.offset = offset
        return query

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
            wanted = SQL(", ").join(SQL("hashtext(%s)", gram) for gram in grams)
            column = SQL.identifier(alias, "crm_search_grams", to_flush=stored)
            # the function keeps the planner from the index, and lets it ask everything else first
            common = self._crm_frequency(part) > COMMON
            condition = SQL("crm_has_grams(%s, %s)" if common else "%s @> ARRAY[%s]", column, wanted)
            if grams != [part] and len(part) > 2:
                # what holds the grams is looked at again; as LIKE, the planner would think it rarer than it is
                text = SQL.identifier(alias, stored.name)
                condition = SQL("(%s AND strpos(%s, %s) > 0)", condition, text, part)
            return condition

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _crm_finds_few(self, domain):
        """Whether an index leads to what the words of a domain find sooner than the list's own order does."""
        parts = self._crm_parts(domain)
        if not parts:
            return False
        user = self.env["res.users"].browse(self.env.uid)
        if not self.env.su and "crm_in_scope" in self._fields and user._crm_scope_owner_ids() is not None:
            return True  # the owners' own records are few
        return min(map(self._crm_frequency, parts)) <= RARE

    @api.model
    def _crm_parts(self, domain):
        """The parts of all words that a domain looks for."""
        return [
            part
            for condition in Domain(domain).iter_conditions()
            if condition.field_expr in ("crm_search", "display_name")
            and condition.operator in ("ilike", "like")
            and isinstance(condition.value, str)
            for part in search_text.query_parts(condition.value)
        ]

    @api.model
    def _crm_frequency(self, part):
        return min(map(self._crm_gram_frequency, search_text.part_grams(part)))

    @api.model
    @tools.ormcache("gram")
    def _crm_gram_frequency(self, gram):
        """The share of all records that hold the gram, by the statistics of the database; 0 if it is not in them."""
        rows = self.env.execute_query(
            SQL(
                "SELECT frequency FROM pg_stats, unnest(most_common_elems::text::integer[], most_common_elem_freqs)"
                " AS common (gram, frequency) WHERE schemaname = current_schema AND tablename = %s"
                " AND attname = 'crm_search_grams' AND gram = hashtext(%s)",
                self._table,
                gram,
            )
        )
        return rows[0][0] if rows else 0
