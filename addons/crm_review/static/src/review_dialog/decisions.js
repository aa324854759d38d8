import { _t } from "@web/core/l10n/translation";

const TASK = "crm.review.line";
const REVIEW = "crm.review";

/**
 * What a user can do in a review, and what the dialog asks him for it.
 *
 * - `title`, `button`: texts
 * - `danger`: the button warns
 * - `people`: "one" or "many" colleagues to choose
 * - `place`: when added signers sign
 * - `target`: whereto a rejected document goes
 * - `strict`: needs a comment always
 * - `proof`: signature and files, where the step wants them
 * - `message`: what is said above the inputs
 * - `call(values)`: model, method and arguments
 */
export const DECISIONS = {
    submit: {
        title: _t("Submit for Review"),
        button: _t("Submit"),
        call: ({ resModel, resId, comment, chosen }) => [REVIEW, "submit", [resModel, [resId], comment, chosen]],
    },
    approve: {
        title: _t("Approve"),
        button: _t("Approve"),
        proof: true,
        call: ({ lineIds, comment, signature, files }) => [
            TASK,
            "action_approve",
            [lineIds],
            { comment, signature, attachment_ids: files },
        ],
    },
    reject: {
        title: _t("Reject"),
        button: _t("Reject"),
        danger: true,
        target: true,
        proof: true,
        call: ({ lineIds, comment, rank, comeBack, signature, files }) => [
            TASK,
            "action_reject",
            [lineIds],
            { comment, rank, come_back: comeBack, signature, attachment_ids: files },
        ],
    },
    forward: {
        title: _t("Forward"),
        button: _t("Forward"),
        people: "one",
        message: _t("The task becomes your colleague's for good."),
        call: ({ lineIds, userIds, comment }) => [TASK, "action_forward", [lineIds, userIds[0], comment]],
    },
    delegate: {
        title: _t("Ask for an Opinion"),
        button: _t("Ask"),
        people: "one",
        message: _t("Your colleague looks at the document first; then the task comes back to you."),
        call: ({ lineIds, userIds, comment }) => [TASK, "action_delegate", [lineIds, userIds[0], comment]],
    },
    add_signer: {
        title: _t("Add Signers"),
        button: _t("Add"),
        people: "many",
        place: true,
        call: ({ lineIds, userIds, place, comment }) => [TASK, "action_add_signer", [lineIds, userIds, place, comment]],
    },
    withdraw: {
        title: _t("Withdraw Decision"),
        button: _t("Withdraw"),
        message: _t("Your decision is taken back and the document waits for you again."),
        call: ({ lineIds, comment }) => [TASK, "action_withdraw", [lineIds, comment]],
    },
    reassign: {
        title: _t("Reassign"),
        button: _t("Reassign"),
        people: "one",
        strict: true,
        message: _t("The task is taken from its reviewer; your comment tells why."),
        call: ({ lineId, userIds, comment }) => [TASK, "action_reassign", [[lineId], userIds[0], comment]],
    },
    cc: {
        title: _t("Send Copies"),
        button: _t("Send"),
        people: "many",
        message: _t("They may read the document and follow its review."),
        call: ({ reviewId, userIds, comment }) => [REVIEW, "action_cc", [[reviewId], userIds, comment]],
    },
    urge: {
        title: _t("Urge"),
        button: _t("Urge"),
        message: _t("Those whom the document waits for are reminded."),
        call: ({ reviewId, comment }) => [REVIEW, "action_urge", [[reviewId], comment]],
    },
    recall: {
        title: _t("Recall"),
        button: _t("Recall"),
        danger: true,
        message: _t("The review ends, and the document is yours to change again."),
        call: ({ reviewId, comment }) => [REVIEW, "action_recall", [[reviewId], comment]],
    },
};
