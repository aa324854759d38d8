import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { groupBy } from "@web/core/utils/arrays";

/** The steps that a document takes, one after the other; those of one rank stand together. */
export class SimulationWay extends Component {
    static template = "crm_review.SimulationWay";
    static props = {
        // [[id of a step, ids of users, state]]
        way: Array,
        // {id: { name, rank, mode_label }}
        steps: Object,
        // id → name; without it, no people are shown
        people: { type: Map, optional: true },
    };

    get stages() {
        const stages = groupBy(this.props.way, ([step]) => String(this.props.steps[step].rank));
        return Object.entries(stages).map(([rank, stops]) => ({ rank, stops: stops.map((stop) => this.stopOf(stop)) }));
    }

    stopOf([stepId, userIds, state]) {
        const step = this.props.steps[stepId];
        const names = this.props.people ? userIds.map((id) => this.props.people.get(id)) : [];
        const notes = {
            empty: userIds.length ? _t("Nobody found: somebody stands in") : _t("Nobody found: the step is skipped"),
            passed: _t("Passed over: has approved before"),
            choice: _t("Chosen by the requester"),
            asked: step.mode_label,
        };
        return { id: stepId, name: step.name, names: names.join(", "), state, note: notes[state] };
    }
}
