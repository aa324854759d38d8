import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { router } from "@web/core/browser/router";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { deserializeDate, deserializeDateTime, formatDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { groupBy } from "@web/core/utils/arrays";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatFloat, formatInteger, formatPercentage } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { SimulationWay } from "./simulation_way";

const MODEL = "crm.review.simulation";
const PAGE_SIZE = 40;

/** What a flow would have done with the documents of a past period. */
export class ReviewSimulation extends Component {
    static template = "crm_review.ReviewSimulation";
    static components = { DateTimeInput, Layout, SimulationWay };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ page: null, filter: { kind: "all" }, size: PAGE_SIZE });
        useSetupAction({
            rootRef: useRef("root"),
            getLocalState: () => ({
                flowId: this.page?.flow.id,
                period: this.page?.period,
                filter: { ...this.state.filter },
            }),
        });
        onWillStart(async () => {
            this.flows = await this.orm.call(MODEL, "get_flows", []);
            const { flowId, period, filter } = this.props.state || {};
            const wanted = flowId || this.props.action.context.active_id || Number(router.current.flow);
            const flow = this.flows.find(({ id }) => id === wanted) || this.flows[0];
            if (flow) {
                await this.load(flow.id, ...(period || []));
                this.state.filter = filter || this.state.filter;
            }
        });
    }

    get page() {
        return this.state.page;
    }

    async load(flowId, dateFrom = false, dateTo = false) {
        const args = { flow_id: flowId, date_from: dateFrom, date_to: dateTo };
        this.state.page = await this.keepLast.add(this.orm.call(MODEL, "get_page", [], args));
        this.people = new Map(this.page.people.map((person) => [person.id, person.name]));
        this.setFilter("all");
        this.props.updateActionState?.({ flow: flowId });
    }

    onChangeFlow(ev) {
        return this.load(Number(ev.target.value), ...this.page.period);
    }

    onChangePeriod(index, date) {
        const period = [...this.page.period];
        period[index] = serializeDate(date);
        return this.load(this.page.flow.id, ...period);
    }

    // DISPLAY

    get flowsByKind() {
        const kinds = groupBy(this.flows, ({ kind }) => kind);
        return Object.entries(kinds).map(([kind, flows]) => ({ kind, flows }));
    }

    flowLabel(flow) {
        const states = { draft: _t("Draft"), published: _t("In Force"), retired: _t("Retired") };
        return `${flow.name} · ${states[flow.state]}`;
    }

    get limits() {
        return _t(
            "Conditions are checked against the documents as they are today, and people are found as they stand today. Nothing is written.",
        );
    }

    get period() {
        return this.page.period.map((day) => deserializeDate(day));
    }

    get compares() {
        return this.page.flow.state !== "published";
    }

    get cards() {
        const { documents, total } = this.page;
        const count = (kind) => documents.filter((document) => this.matches(document, { kind })).length;
        const share = (number) =>
            documents.length ? formatPercentage(number / documents.length, { digits: [16, 0] }) : "";
        const card = (name, label, note, warn) => {
            const number = count(name);
            return {
                name,
                label,
                value: formatInteger(number),
                note: note || share(number),
                valueClass: warn && number ? `text-${warn}` : "",
            };
        };
        const looked = _t("the latest of %s", formatInteger(total));
        return [
            card("all", _t("Documents"), total > documents.length ? looked : _t("created in this period")),
            card("taken", _t("Take This Flow")),
            card("other", _t("Take Another Flow")),
            card("none", _t("Match No Flow"), "", "danger"),
            card("empty", _t("With an Empty Step"), "", "warning"),
            ...(this.compares ? [card("changed", _t("Way Changes"), _t("compared with the flows in force"))] : []),
            card(
                "real_differs",
                _t("Really Went Another Way"),
                _t("of %s reviewed ones", formatInteger(count("reviewed"))),
            ),
        ];
    }

    get paths() {
        const groups = groupBy(this.page.documents, (document) => this.pathKey(document));
        const paths = Object.entries(groups).map(([key, documents]) => ({
            key,
            count: documents.length,
            share: (100 * documents.length) / this.page.documents.length,
            ...this.pathOf(documents[0]),
        }));
        return paths.sort((one, two) => two.count - one.count);
    }

    pathKey({ flow, way }) {
        if (!flow || flow.id !== this.page.flow.id) {
            return flow ? `flow ${flow.id}` : way ? "free" : "none";
        }
        return way.map(([step, , state]) => `${step} ${state}`).join(",");
    }

    pathOf({ flow, way }) {
        if (flow && flow.id === this.page.flow.id) {
            return way.length
                ? { way: way.map(([step, , state]) => [step, [], state]) }
                : { text: _t("Approved at once") };
        }
        if (flow) {
            return { text: _t("Another flow: %s", flow.name) };
        }
        return { text: way ? _t("No flow: approved at once") : _t("No flow: cannot be submitted") };
    }

    get workers() {
        const { people } = this.page;
        const most = Math.max(1, ...people.flatMap(({ tasks, before }) => [tasks, before]));
        return people.map((person) => ({
            ...person,
            width: (100 * person.tasks) / most,
            widthBefore: (100 * person.before) / most,
            more: person.tasks - person.before,
            note: this.workNote(person),
        }));
    }

    workNote({ tasks, signatures, real }) {
        const notes = [];
        if (Math.round(signatures) < tasks) {
            const number = formatFloat(signatures, { digits: [16, 0] });
            notes.push(_t("about %s signatures", number));
        }
        if (real) {
            notes.push(_t("really had %s", formatInteger(real)));
        }
        return notes.join(" · ");
    }

    formatMore(more) {
        return more > 0 ? `+${formatInteger(more)}` : formatInteger(more);
    }

    // DOCUMENTS

    matches(document, { kind, key }) {
        switch (kind) {
            case "taken":
                return document.flow && document.flow.id === this.page.flow.id;
            case "other":
                return document.flow && document.flow.id !== this.page.flow.id;
            case "none":
                return !document.flow;
            case "empty":
                return (document.way || []).some(([, , state]) => state === "empty");
            case "changed":
                return document.changed;
            case "reviewed":
                return Boolean(document.real);
            case "real_differs":
                return document.real && !document.real.same;
            case "path":
                return this.pathKey(document) === key;
            case "person":
                return (document.way || []).some(([, users]) => users.includes(key));
            default:
                return true;
        }
    }

    setFilter(kind, key) {
        const { filter } = this.state;
        const again = filter.kind === kind && filter.key === key;
        this.state.filter = again ? { kind: "all" } : { kind, key };
        this.state.size = PAGE_SIZE;
    }

    isActive(kind, key) {
        const { filter } = this.state;
        return kind !== "all" && filter.kind === kind && filter.key === key;
    }

    get filterLabel() {
        const { kind, key } = this.state.filter;
        if (kind === "person") {
            return this.people.get(key);
        }
        if (kind === "path") {
            return _t("The chosen way");
        }
        return kind === "all" ? "" : this.cards.find(({ name }) => name === kind).label;
    }

    get found() {
        return this.page.documents.filter((document) => this.matches(document, this.state.filter));
    }

    formatDay(datetime) {
        return formatDate(deserializeDateTime(datetime));
    }

    realText({ real }) {
        const states = {
            pending: _t("under review"),
            approved: _t("approved"),
            rejected: _t("rejected"),
            recalled: _t("recalled"),
        };
        const hours = real.hours === null ? "" : _t("%s h", formatFloat(real.hours, { digits: [16, 1] }));
        return [states[real.state], hours].filter(Boolean).join(", ");
    }

    showMore() {
        this.state.size += 5 * PAGE_SIZE;
    }

    openDocument(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.page.flow.model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openFound() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: this.filterLabel || this.page.flow.kind,
            res_model: this.page.flow.model,
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [["id", "in", this.found.map(({ id }) => id)]],
            context: { active_test: false },
        });
    }
}

registry.category("actions").add("crm_review_simulation", ReviewSimulation);
