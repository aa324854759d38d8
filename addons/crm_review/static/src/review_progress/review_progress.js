import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { imageUrl } from "@web/core/utils/urls";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { formatMoment, formatSpan, REVIEW_STATES, STEP_STATES, TASK_STATES } from "@crm_review/review_progress/states";

/**
 * Picture of a document's way through its reviewers: what has been, what is, what is still to come.
 */
export class ReviewProgress extends Component {
    static template = "crm_review.ReviewProgress";
    static props = { reviewId: Number };

    setup() {
        this.orm = useService("orm");
        this.reviewStates = REVIEW_STATES;
        this.stepStates = STEP_STATES;
        this.taskStates = TASK_STATES;
        this.keepLast = new KeepLast();
        this.state = useState({ progress: null });
        onWillStart(() => this.load(this.props.reviewId));
        onWillUpdateProps((nextProps) => this.load(nextProps.reviewId));
    }

    async load(reviewId) {
        this.state.progress = await this.keepLast.add(this.orm.call("crm.review", "progress", [[reviewId]]));
    }

    get progress() {
        return this.state.progress;
    }

    /** The stages by lap: a new lap begins when a reviewer sends the document back to an earlier step. */
    get laps() {
        const laps = [];
        for (const stage of this.progress.stages) {
            if (laps.at(-1)?.lap !== stage.lap) {
                laps.push({ lap: stage.lap, stages: [] });
            }
            laps.at(-1).stages.push(stage);
        }
        return laps.length ? laps : [{ lap: 1, stages: [] }];
    }

    get copies() {
        return this.progress.copies.join(", ");
    }

    roundOf({ round }) {
        return _t("Round %s", round);
    }

    avatar(userId) {
        return imageUrl("res.users", userId, "avatar_128");
    }

    moment(value) {
        return value ? formatMoment(deserializeDateTime(value)) : "";
    }

    /** What stands below a person's name. */
    facts(line) {
        const { acted_on, deadline, state, hours } = line;
        return [
            ["waiting", "pending", "approved", "rejected"].includes(state) || !line.state_label ? "" : line.state_label,
            acted_on && state !== "skipped" && this.moment(acted_on),
            state === "pending" && deadline && _t("by %s", this.moment(deadline)),
            hours >= 1 / 60 && state !== "skipped" && formatSpan(hours),
        ].filter(Boolean);
    }

    /** How a person has come to the task: not told where the definition names him. */
    origin(line) {
        return line.for_user ? _t("for %(user)s", { user: line.for_user }) : "";
    }
}

/** The picture on the form of a review. */
class ReviewProgressWidget extends Component {
    static template = "crm_review.ReviewProgressWidget";
    static components = { ReviewProgress };
    static props = { ...standardWidgetProps };
}

registry.category("view_widgets").add("crm_review_progress", {
    component: ReviewProgressWidget,
    additionalClasses: ["d-block", "w-100"],
});

/** The picture over a document's form. */
export class ReviewProgressDialog extends Component {
    static template = "crm_review.ReviewProgressDialog";
    static components = { Dialog, ReviewProgress };
    static props = { reviewId: Number, close: Function };

    setup() {
        this.action = useService("action");
    }

    async openReview() {
        const { reviewId } = this.props;
        this.props.close();
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.review",
            res_id: reviewId,
            views: [[false, "form"]],
        });
    }
}
