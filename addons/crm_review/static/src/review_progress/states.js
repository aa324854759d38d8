import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";

/** How the states of a review are shown: never by colour alone. */
export const REVIEW_STATES = {
    new: { label: _t("Not submitted"), icon: "fa-pencil-square-o", color: "muted" },
    pending: { label: _t("Under review"), icon: "fa-hourglass-half", color: "info" },
    approved: { label: _t("Approved"), icon: "fa-check-circle", color: "success" },
    rejected: { label: _t("Rejected"), icon: "fa-times-circle", color: "danger" },
    recalled: { label: _t("Recalled"), icon: "fa-undo", color: "warning" },
};

/** The same for stages and steps of the picture. */
export const STEP_STATES = {
    done: { label: _t("Done"), icon: "fa-check", color: "success" },
    rejected: { label: _t("Rejected"), icon: "fa-times", color: "danger" },
    current: { label: _t("In progress"), icon: "fa-hourglass-half", color: "info" },
    skipped: { label: _t("Passed over"), icon: "fa-forward", color: "muted" },
    future: { label: _t("To come"), icon: "fa-circle-o", color: "muted" },
};

/** The same for one person's task; its label comes from the server. */
export const TASK_STATES = {
    waiting: { icon: "fa-clock-o", color: "muted" },
    pending: { icon: "fa-hourglass-half", color: "info" },
    approved: { icon: "fa-check", color: "success" },
    rejected: { icon: "fa-times", color: "danger" },
    forwarded: { icon: "fa-share", color: "muted" },
    skipped: { icon: "fa-forward", color: "muted" },
    cancelled: { icon: "fa-ban", color: "muted" },
    withdrawn: { icon: "fa-undo", color: "muted" },
    future: { icon: "fa-circle-o", color: "muted" },
};

/**
 * @param {luxon.DateTime} moment
 * @returns {string} day and minute, without the year if it is this one's
 */
export function formatMoment(moment) {
    const format = `${localization.dateFormat} ${localization.timeFormat.replace(/:ss/, "")}`;
    const isThisYear = moment.hasSame(luxon.DateTime.now(), "year");
    return moment.toFormat(isThisYear ? "MM-dd HH:mm" : format);
}

/**
 * @param {number} hours
 * @returns {string} a rough span of time
 */
export function formatSpan(hours) {
    if (hours < 1) {
        return _t("%s min", Math.round(hours * 60));
    }
    return hours < 48 ? _t("%s h", Math.round(hours)) : _t("%s days", Math.round(hours / 24));
}
