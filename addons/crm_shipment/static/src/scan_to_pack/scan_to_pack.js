import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Mutex } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** Products and lots go into cartons as they are scanned, by a hand scanner, the camera or the keyboard. */
export class ScanToPack extends Component {
    static template = "crm_shipment.ScanToPack";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.input = useRef("code");
        this.requestId = this.props.action.params?.request_id || this.props.action.context?.active_id;
        this.hasCamera = isBarcodeScannerSupported();
        // scans come faster than answers: one after the other, none lost
        this.mutex = new Mutex();
        this.state = useState({ packing: null, packageId: false, text: "", isProblem: false });
        useBus(useService("barcode").bus, "barcode_scanned", (ev) => this.scan(ev.detail.barcode));
        onWillStart(async () => {
            this.state.packing = await this.orm.call("crm.shipment.request", "get_packing", [this.requestId]);
            const { packages } = this.state.packing;
            this.state.packageId = packages.length ? packages.at(-1).id : false;
        });
    }

    get packing() {
        return this.state.packing;
    }

    get carton() {
        return this.packing.packages.find((carton) => carton.id === this.state.packageId);
    }

    get isComplete() {
        return this.packing.lines.every((line) => line.packed >= line.quantity);
    }

    percent(line) {
        return Math.min(100, Math.round((100 * line.packed) / line.quantity));
    }

    /**
     * Calls one method after the other; what the server refuses is shown where the scanner looks, with a signal.
     *
     * @param {string} method
     * @param {() => Array} makeArgs called when it is its turn, as the carton may have changed
     */
    call(method, makeArgs) {
        return this.mutex.exec(async () => {
            try {
                const answer = await this.orm.silent.call("crm.shipment.request", method, [
                    this.requestId,
                    ...makeArgs(),
                ]);
                Object.assign(this.state, { isProblem: false });
                return answer;
            } catch (error) {
                if (!error.data) {
                    throw error;
                }
                Object.assign(this.state, { text: error.data.message, isProblem: true });
                navigator.vibrate?.(300);
            }
        });
    }

    async scan(code) {
        if (!code) {
            return;
        }
        const answer = await this.call("pack_scanned", () => [code, this.state.packageId]);
        if (answer) {
            this.show(answer);
        }
    }

    show({ packing, package_id: packageId, text }) {
        this.state.packing = packing;
        if (packageId) {
            this.state.packageId = packageId;
        }
        this.state.text = text || "";
    }

    async onSubmit() {
        const { el } = this.input;
        const code = el.value.trim();
        el.value = ""; // the scanner types on at once
        await this.scan(code);
        el.focus();
    }

    async onCamera() {
        let code;
        try {
            code = await scanBarcode(this.env);
        } catch (error) {
            Object.assign(this.state, { text: error.message, isProblem: true });
            return;
        }
        return this.scan(code);
    }

    async onNewCarton() {
        const answer = await this.call("pack_new_carton", () => []);
        if (answer) {
            this.show(answer);
        }
    }

    chooseCarton(carton) {
        Object.assign(this.state, { packageId: carton.id, text: "", isProblem: false });
    }

    async onQuantity(line, ev) {
        const packing = await this.call("pack_quantity", () => [line.id, Number(ev.target.value) || 0]);
        if (packing) {
            this.show({ packing });
        } else {
            ev.target.value = line.quantity;
        }
    }

    async onMeasure(index, ev) {
        const carton = this.carton;
        const values = [carton.gross_weight, ...carton.size];
        values[index] = Number(ev.target.value) || 0;
        const packing = await this.call("pack_measures", () => [carton.id, ...values]);
        if (packing) {
            this.show({ packing });
        }
    }

    async onPacked() {
        const done = await this.call("action_packed", () => []);
        if (done) {
            this.notification.add(_t("Packed"), { type: "success" });
            return this.onBack();
        }
    }

    onBack() {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: "crm.shipment.request",
                res_id: this.requestId,
                views: [[false, "form"]],
            },
            { clearBreadcrumbs: true },
        );
    }

    onLabels() {
        return this.action.doAction("crm_shipment.carton_label_report", {
            additionalContext: { active_ids: [this.requestId], active_model: "crm.shipment.request" },
        });
    }
}

registry.category("actions").add("crm_shipment.scan_to_pack", ScanToPack);
