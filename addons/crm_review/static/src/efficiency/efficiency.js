import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatInteger, formatPercentage } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { EfficiencyTable, MANY_LATE } from "./efficiency_table";
import { formatWaiting } from "./waiting";

/** How long reviews wait, in which steps and for whom. */
export class ReviewEfficiency extends Component {
    static template = "crm_review.ReviewEfficiency";
    static components = { EfficiencyTable, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.periods = [
            ["month", _t("This Month")],
            ["last_month", _t("Last Month")],
            ["days", _t("Last 90 Days")],
            ["year", _t("This Year")],
        ];
        const start = { period: "days", kindId: false, step: false, person: false };
        this.state = useState({ page: null, filters: this.props.state?.filters || start });
        useSetupAction({
            rootRef: useRef("root"),
            getLocalState: () => ({ filters: { ...this.state.filters } }),
        });
        onWillStart(() => this.load());
    }

    get page() {
        return this.state.page;
    }

    async load() {
        const { period, kindId, step, person } = this.state.filters;
        const args = { period, kind_id: kindId, step, user_id: person && person.id };
        this.state.page = await this.keepLast.add(this.orm.call("crm.review.efficiency", "get_page", [], args));
    }

    setFilters(filters) {
        Object.assign(this.state.filters, filters);
        return this.load();
    }

    onChangeKind(ev) {
        return this.setFilters({ kindId: Number(ev.target.value) || false, step: false });
    }

    chooseStep(row) {
        return this.setFilters({ kindId: row.kind_id, step: row.name });
    }

    choosePerson({ id, name }) {
        return this.setFilters({ person: { id, name } });
    }

    // DISPLAY

    get explanation() {
        return _t(
            "Hours are counted day and night, from the moment a task became its reviewer's. The bar shows all hours waited, open tasks included; the step with the most is the bottleneck.",
        );
    }

    get isEmpty() {
        return !this.page.total.decisions && !this.page.total.open;
    }

    get cards() {
        const { total } = this.page;
        const late = total.timed ? total.late / total.timed : null;
        return [
            {
                name: "decisions",
                label: _t("Decisions"),
                value: formatInteger(total.decisions),
                note: _t("in this period"),
            },
            {
                name: "average",
                label: _t("Average Wait"),
                value: formatWaiting(total.average),
                note: _t("from task to decision"),
            },
            {
                name: "percentile",
                label: _t("90 % Decided Within"),
                value: formatWaiting(total.percentile),
                note: _t("one of ten takes longer"),
            },
            {
                name: "late",
                label: _t("Overdue"),
                value: late === null ? "—" : formatPercentage(late, { digits: [16, 1] }),
                valueClass: late >= MANY_LATE ? "text-danger" : "",
                note: _t("of %s decisions with a deadline", formatInteger(total.timed)),
            },
            {
                name: "open",
                label: _t("Open Now"),
                value: formatInteger(total.open),
                note: _t("%s overdue", formatInteger(total.open_late)),
                noteClass: total.open_late ? "text-danger" : "text-muted",
            },
            {
                name: "oldest",
                label: _t("Oldest Open Task"),
                value: formatWaiting(total.open_oldest),
                note: _t("%s on average", formatWaiting(total.open_average)),
            },
        ];
    }
}

registry.category("actions").add("crm_review_efficiency", ReviewEfficiency);
