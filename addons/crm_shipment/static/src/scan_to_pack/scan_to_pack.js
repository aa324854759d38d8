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
        this.typed = {}; // what is being entered stays when an answer draws the page again
        this.sent = {}; // what the server has not answered yet
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

    get measures() {
        const { id, gross_weight: weight, size } = this.carton;
        const labels = [_t("Gross kg"), _t("L cm"), _t("W cm"), _t("H cm")];
        return [weight, ...size].map((kept, index) => ({
            field: `measure ${id} ${index}`,
            label: labels[index],
            kept,
            index,
        }));
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
     * @param {(answer: any) => void} show shows the answer before it is the next one's turn
     */
    call(method, makeArgs, show) {
        return this.mutex.exec(async () => {
            try {
                const answer = await this.orm.silent.call("crm.shipment.request", method, [
                    this.requestId,
                    ...makeArgs(),
                ]);
                Object.assign(this.state, { isProblem: false });
                show?.(answer);
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
        if (code) {
            await this.call("pack_scanned", () => [code, this.state.packageId], this.show.bind(this));
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

    onNewCarton() {
        return this.call("pack_new_carton", () => [], this.show.bind(this));
    }

    chooseCarton(carton) {
        Object.assign(this.state, { packageId: carton.id, text: "", isProblem: false });
    }

    quantityField(line) {
        return `quantity ${line.id}`;
    }

    /** What a field shows. @param {string} field its name, unique on the page */
    entered(field, kept) {
        return this.typed[field] ?? kept;
    }

    onType(field, ev) {
        this.typed[field] = ev.target.value;
    }

    /**
     * Sends what has been entered into a field: when it is changed or left, as a page that is drawn meanwhile keeps
     * the browser from telling of the change.
     *
     * @param {(value: number) => Array} makeArgs as for `call`
     */
    async enter(field, method, makeArgs) {
        const text = this.typed[field];
        if (text === undefined || this.sent[field] === text) {
            return;
        }
        this.sent[field] = text;
        const show = (packing) => this.show({ packing });
        await this.call(method, () => makeArgs(Number(text) || 0), show);
        delete this.sent[field];
        if (this.typed[field] === text) {
            delete this.typed[field]; // from now on the page shows what the server has
        }
        this.render();
    }

    onQuantity(line) {
        return this.enter(this.quantityField(line), "pack_quantity", (value) => [line.id, value]);
    }

    onMeasure({ field, index }) {
        const { id } = this.carton;
        return this.enter(field, "pack_measures", (value) => {
            const { gross_weight: weight, size } = this.packing.packages.find((carton) => carton.id === id);
            return [id, ...[weight, ...size].with(index, value)];
        });
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
