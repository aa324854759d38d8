import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { FileInput } from "@web/core/file_input/file_input";
import { _t } from "@web/core/l10n/translation";
import { MultiRecordSelector } from "@web/core/record_selectors/multi_record_selector";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { NameAndSignature } from "@web/core/signature/name_and_signature";
import { user } from "@web/core/user";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { DECISIONS } from "@crm_review/review_dialog/decisions";

/**
 * Asks the user for what his decision needs, then carries it out. Closes with `true` once that is done.
 */
export class ReviewDialog extends Component {
    static template = "crm_review.ReviewDialog";
    static components = { Dialog, FileInput, MultiRecordSelector, NameAndSignature, RecordSelector };
    static props = {
        decision: { type: String, validate: (decision) => decision in DECISIONS },
        // of decisions on tasks
        lineIds: { type: Array, element: Number, optional: true },
        // as in `crm.review.panel`, of approvals and rejections
        tasks: { type: Array, element: Object, optional: true },
        // of the administrator: [{ id, step, user }] to choose one from
        choices: { type: Array, element: Object, optional: true },
        // of decisions on a review
        reviewId: { type: Number, optional: true },
        // of submission; `steps` [{ id, name }] whose reviewers the user chooses
        resModel: { type: String, optional: true },
        resId: { type: Number, optional: true },
        steps: { type: Array, element: Object, optional: true },
        close: Function,
    };
    static defaultProps = { lineIds: [], tasks: [], choices: [], steps: [] };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.decision = DECISIONS[this.props.decision];
        this.colleagues = [["share", "=", false]];
        this.others = [...this.colleagues, ["id", "!=", user.userId]];
        this.places = [
            { value: "before", label: _t("Before me"), help: _t("They sign first; then the task comes back to me.") },
            { value: "parallel", label: _t("Beside me"), help: _t("They sign at the same time as I.") },
            { value: "after", label: _t("After me"), help: _t("They sign once I have approved.") },
        ];
        this.signature = useState({ name: user.name, isSignatureEmpty: true });
        this.state = useState({
            comment: "",
            userIds: [],
            place: "before",
            rank: 0,
            comeBack: false,
            files: [],
            chosen: Object.fromEntries(this.props.steps.map(({ id }) => [id, []])),
            lineId: this.props.choices[0]?.id,
            isChecked: false, // the user has tried to go on
            isBusy: false,
        });
        useAutofocus({ refName: this.decision.people || this.props.steps.length ? "none" : "comment" });
    }

    // WHAT IS NEEDED

    get title() {
        const { lineIds } = this.props;
        return lineIds.length > 1 ? `${this.decision.title} (${lineIds.length})` : `${this.decision.title}`;
    }

    get needsComment() {
        const needed = { approve: ["always"], reject: ["always", "reject"] }[this.props.decision] || [];
        return this.decision.strict || this.props.tasks.some((task) => needed.includes(task.comment_required));
    }

    get needsSignature() {
        return this.props.decision === "approve" && this.props.tasks.some((task) => task.signature_required);
    }

    get needsFile() {
        return this.props.decision === "approve" && this.props.tasks.some((task) => task.attachment_required);
    }

    /** One file cannot belong to several reviews. */
    get takesFiles() {
        return this.decision.proof && (this.needsFile || this.props.lineIds.length === 1);
    }

    /** The steps that the document can be sent back to, besides its requester: those that all of the tasks know. */
    get earlier() {
        const [first, ...others] = this.props.tasks;
        const isKnown = ({ rank }) => others.every((task) => task.earlier.some((step) => step.rank === rank));
        return this.decision.target && first ? first.earlier.filter(isKnown) : [];
    }

    get choosesReturn() {
        return this.decision.target && this.props.tasks.some((task) => task.after_reject === "choose");
    }

    /** What is still missing, by input. */
    get missing() {
        const { comment, userIds, files, chosen } = this.state;
        return {
            comment: this.needsComment && !comment.trim(),
            people: Boolean(this.decision.people) && !userIds.length,
            signature: this.needsSignature && this.signature.isSignatureEmpty,
            files: this.needsFile && !files.length,
            chosen: Object.values(chosen).some((ids) => !ids.length),
        };
    }

    reviewersOf(step) {
        return _t("Reviewers of %s", step.name);
    }

    isMissing(name) {
        return this.state.isChecked && this.missing[name];
    }

    // INPUTS

    get userId() {
        return this.state.userIds[0] || false;
    }

    updateUser(userId) {
        this.state.userIds = userId ? [userId] : [];
    }

    updateUsers(userIds) {
        this.state.userIds = userIds;
    }

    addFiles(files) {
        for (const file of files) {
            if (file.error) {
                this.notification.add(file.error, { type: "danger" });
            } else {
                this.state.files.push({ id: file.id, name: file.filename });
            }
        }
    }

    removeFile(file) {
        this.state.files = this.state.files.filter(({ id }) => id !== file.id);
    }

    // GOING ON

    get signatureImage() {
        return this.needsSignature ? this.signature.getSignatureImage().split(",")[1] : false;
    }

    async confirm() {
        this.state.isChecked = true;
        if (Object.values(this.missing).some(Boolean)) {
            return;
        }
        this.state.isBusy = true;
        try {
            const { comment, files, ...inputs } = this.state;
            const [model, method, args, kwargs] = this.decision.call({
                ...this.props,
                ...inputs,
                comment: comment.trim(),
                files: files.map(({ id }) => id),
                signature: this.signatureImage,
            });
            await this.orm.call(model, method, args, kwargs);
        } finally {
            this.state.isBusy = false;
        }
        this.props.close(true);
    }
}

/**
 * @param {Object} env
 * @param {Object} props of the dialog
 * @returns {Promise<boolean>} whether the user has gone on with it
 */
export function askReview(env, props) {
    return new Promise((resolve) => {
        env.services.dialog.add(ReviewDialog, props, { onClose: (isDone) => resolve(Boolean(isDone)) });
    });
}

// CLIENT ACTIONS: closing afterwards has the view that asked for them load its records again

const CLOSE = { type: "ir.actions.act_window_close" };

registry.category("actions").add("crm_review_decide", async (env, { params }) => {
    const { decision, line_ids: lineIds, tasks } = params;
    await askReview(env, { decision, lineIds, tasks });
    return CLOSE;
});

registry.category("actions").add("crm_review_submit", async (env, { params }) => {
    const { res_model: resModel, res_id: resId, steps } = params;
    await askReview(env, { decision: "submit", resModel, resId, steps });
    return CLOSE;
});
