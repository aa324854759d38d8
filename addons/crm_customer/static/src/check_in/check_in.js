import { Component, useState } from "@odoo/owl";
import { toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const TIMEOUT = 20000; // ms

/** The browser's answer to where it is; rejects as the browser does. */
function locate() {
    return new Promise((resolve, reject) => {
        if (!window.isSecureContext || !navigator.geolocation) {
            reject({ code: 0 });
        } else {
            navigator.geolocation.getCurrentPosition(resolve, reject, {
                enableHighAccuracy: true,
                timeout: TIMEOUT,
                maximumAge: 0,
            });
        }
    });
}

function explain(code) {
    switch (code) {
        case 0:
            return _t("A check-in needs a secure address (https). You can note the follow-up without one.");
        case 1:
            return _t(
                "The browser may not tell where you are. Allow it for this site in its settings, or note the follow-up without a check-in.",
            );
        case 3:
            return _t("Finding out where you are took too long. Try again by a window or outside.");
        default:
            return _t("Your device does not know where it is. Switch its location on and try again.");
    }
}

/** Notes where its author is, once: the place goes into the record, which is saved, and the server adds the time. */
export class CheckIn extends Component {
    static template = "crm_customer.CheckIn";
    static props = { ...standardWidgetProps };

    setup() {
        this.state = useState({ isLocating: false, problem: "" });
    }

    get data() {
        return this.props.record.data;
    }

    get isMade() {
        return Boolean(this.data.checkin_latitude || this.data.checkin_longitude);
    }

    get time() {
        return this.data.checkin_date ? toLocaleDateTimeString(this.data.checkin_date, { showSeconds: false }) : "";
    }

    async checkIn() {
        Object.assign(this.state, { isLocating: true, problem: "" });
        let position;
        try {
            position = await locate();
        } catch (error) {
            this.state.problem = explain(error.code);
            return;
        } finally {
            this.state.isLocating = false;
        }
        const { latitude, longitude, accuracy } = position.coords;
        await this.props.record.update({
            checkin_latitude: latitude,
            checkin_longitude: longitude,
            checkin_accuracy: Math.round(accuracy),
        });
        await this.props.record.save();
    }
}

registry.category("view_widgets").add("crm_check_in", {
    component: CheckIn,
    fieldDependencies: [
        { name: "checkin_date", type: "datetime" },
        { name: "checkin_latitude", type: "float" },
        { name: "checkin_longitude", type: "float" },
        { name: "checkin_accuracy", type: "float" },
        { name: "checkin_text", type: "char" },
    ],
});
