import { Component, onWillDestroy, onWillStart, onWillUpdateProps, useEffect, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { askReview } from "@crm_review/review_dialog/review_dialog";
import { ReviewProgressDialog } from "@crm_review/review_progress/review_progress";
import { formatMoment, REVIEW_STATES } from "@crm_review/review_progress/states";

/**
 * On top of a document's form: where its review stands, and what the user may do about it.
 */
export class ReviewPanel extends Component {
    static template = "crm_review.ReviewPanel";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.states = REVIEW_STATES;
        this.keepLast = new KeepLast();
        this.hasLocked = false; // whether the form is readonly because of this panel
        this.state = useState({ panel: { state: "new" }, changes: null, isBusy: false });
        onWillStart(() => this.load());
        onWillUpdateProps(({ record }) => record !== this.props.record && this.load(record));
        // once it stands: a form that renders again while it is being made makes its widgets again, too
        useEffect(
            () => this.lock(),
            () => [this.state.panel],
        );

        const bus = useService("bus_service");
        const onTodo = () => this.refresh();
        bus.subscribe("crm_review/todo", onTodo);
        onWillDestroy(() => bus.unsubscribe("crm_review/todo", onTodo));
    }

    get panel() {
        return this.state.panel;
    }

    async load(record = this.props.record) {
        const { resId, resModel } = record;
        const panel = resId
            ? await this.keepLast.add(this.orm.silent.call("crm.review", "panel", [resModel, resId]))
            : { state: "new", can_submit: true };
        Object.assign(this.state, { panel, changes: null });
    }

    /** The server refuses changes of a locked document; here the form only shows it. */
    lock() {
        const { record } = this.props;
        const isLocked = Boolean(this.panel.readonly);
        if (isLocked && !record.dirty && record.isInEdition) {
            record.switchMode("readonly");
            this.hasLocked = true;
        } else if (!isLocked && this.hasLocked) {
            record.switchMode("edit");
            this.hasLocked = false;
        }
    }

    /** After something may have been decided elsewhere. Changes that are not saved stay. */
    async refresh() {
        const { record } = this.props;
        const { state } = this.panel;
        await this.load();
        if (this.panel.state !== state && record.resId && !record.dirty) {
            await record.model.load();
        }
    }

    // WHAT IS SHOWN

    get title() {
        const { state, round } = this.panel;
        return round > 1
            ? _t("%(state)s, round %(round)s", { state: this.states[state].label, round })
            : this.states[state].label;
    }

    get waitingFor() {
        return this.panel.waiting_for.map(({ step, users, deadline }) => {
            const moment = deadline && deserializeDateTime(deadline);
            return {
                step,
                users: users.join(", "),
                deadline: moment && _t("by %s", formatMoment(moment)),
                isOverdue: moment && moment < luxon.DateTime.now(),
            };
        });
    }

    get taskNote() {
        const { for_user: principal, reason } = this.panel.task;
        return principal ? _t("In the name of %(user)s: %(reason)s", { user: principal, reason }) : "";
    }

    get editable() {
        return this.panel.task.editable.join(", ");
    }

    /** What stands under "more", in order. */
    get more() {
        const { task, can_urge, can_copy, can_recall, withdraw_line_id, review_id, reassignable } = this.panel;
        return [
            task?.can_forward && { name: "forward", icon: "fa-share", label: _t("Forward") },
            task?.can_forward && { name: "delegate", icon: "fa-comments-o", label: _t("Ask for an Opinion") },
            task?.can_add_signer && { name: "add_signer", icon: "fa-user-plus", label: _t("Add Signers") },
            review_id && can_copy && { name: "cc", icon: "fa-files-o", label: _t("Send Copies") },
            can_urge && { name: "urge", icon: "fa-bell-o", label: _t("Urge") },
            withdraw_line_id && { name: "withdraw", icon: "fa-undo", label: _t("Withdraw My Decision") },
            reassignable?.length && { name: "reassign", icon: "fa-random", label: _t("Reassign") },
            can_recall && { name: "recall", icon: "fa-hand-paper-o", label: _t("Recall") },
        ].filter(Boolean);
    }

    // WHAT THE USER DOES

    async submit() {
        await this.act(async () => {
            const { resModel, resId } = this.props.record;
            const { params } = await this.orm.call("crm.review", "ask_submit", [resModel, resId]);
            return askReview(this.env, { decision: "submit", resModel, resId, steps: params.steps });
        });
    }

    async decide(decision) {
        const { task, review_id: reviewId, withdraw_line_id: withdrawId, reassignable } = this.panel;
        const about = {
            withdraw: { lineIds: [withdrawId] },
            reassign: { choices: reassignable },
            cc: { reviewId },
            urge: { reviewId },
            recall: { reviewId },
        }[decision] || { lineIds: [task.id], tasks: [task] };
        await this.act(() => askReview(this.env, { decision, ...about }));
    }

    /** Saves what has been entered, then asks; reloads if the user has gone on. */
    async act(ask) {
        const { record } = this.props;
        this.state.isBusy = true;
        try {
            if ((record.isNew || record.dirty) && !(await record.save())) {
                return;
            }
            if (await ask()) {
                await record.model.load(); // and with a new record this panel
            }
        } finally {
            this.state.isBusy = false;
        }
    }

    async toggleChanges() {
        this.state.changes = this.state.changes
            ? null
            : await this.orm.call("crm.review", "changes_since_last_round", [[this.panel.review_id]]);
    }

    openProgress() {
        this.dialog.add(ReviewProgressDialog, { reviewId: this.panel.review_id });
    }
}

registry.category("view_widgets").add("crm_review", {
    component: ReviewPanel,
    additionalClasses: ["o_crm_review_widget", "w-100"],
});
