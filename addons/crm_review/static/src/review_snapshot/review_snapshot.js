import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * The document as it was submitted, what had changed since the round before, and how each reviewer was found.
 */
export class ReviewSnapshot extends Component {
    static template = "crm_review.ReviewSnapshot";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ snapshot: {}, changes: [], reviewers: [] });
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps(({ record }) => record.resId !== this.props.record.resId && this.load(record));
    }

    async load({ resId }) {
        const [snapshot, changes, { stages }] = await Promise.all([
            this.orm.call("crm.review", "as_submitted", [[resId]]),
            this.orm.call("crm.review", "changes_since_last_round", [[resId]]),
            this.orm.call("crm.review", "progress", [[resId]]),
        ]);
        const reviewers = stages
            .filter(({ state }) => state !== "future")
            .flatMap(({ steps }) => steps.flatMap(({ name, lines }) => lines.map((line) => ({ ...line, step: name }))));
        Object.assign(this.state, { snapshot, changes, reviewers });
    }

    origin({ for_user: principal }) {
        return _t("for %(user)s", { user: principal });
    }

    get fields() {
        const before = Object.fromEntries(this.state.changes.map((change) => [change.field, change.before]));
        return Object.entries(this.state.snapshot.fields || {}).map(([label, value]) => ({
            label,
            value,
            before: before[label],
            isChanged: label in before,
        }));
    }

    /** Changes of what stands in no row of `fields`: of lines, and of fields that are empty now. */
    get otherChanges() {
        return this.state.changes.filter(({ field }) => !(field in (this.state.snapshot.fields || {})));
    }

    get tables() {
        return Object.entries(this.state.snapshot.lines || {})
            .filter(([, lines]) => lines.length)
            .map(([name, lines]) => ({ name, lines, columns: [...new Set(lines.flatMap(Object.keys))] }));
    }
}

registry.category("view_widgets").add("crm_review_snapshot", {
    component: ReviewSnapshot,
    additionalClasses: ["d-block", "w-100"],
});
