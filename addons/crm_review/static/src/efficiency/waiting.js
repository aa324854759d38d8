import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/views/fields/formatters";

/**
 * @param {number|null} hours
 * @returns {string} hours up to two days, then days
 */
export function formatWaiting(hours) {
    if (hours === null || hours === undefined) {
        return "—";
    }
    if (hours < 48) {
        return _t("%s h", formatFloat(hours, { digits: [16, 1] }));
    }
    return _t("%s days", formatFloat(hours / 24, { digits: [16, 1] }));
}
