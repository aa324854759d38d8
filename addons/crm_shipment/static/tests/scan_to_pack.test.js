import { expect, test } from "@odoo/hoot";
import { queryAllTexts, queryAllValues, queryFirst, queryText } from "@odoo/hoot-dom";
import { animationFrame, Deferred, mockVibrate } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    makeServerError,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { ScanToPack } from "@crm_shipment/scan_to_pack/scan_to_pack";

class ShipmentRequest extends models.ServerModel {
    _name = "crm.shipment.request";
}

defineMailModels();
defineModels([ShipmentRequest]);

const packing = (packed, cartons = 1) => ({
    id: 7,
    name: "CH202611-0001",
    customer: "Nordic Radio",
    state: "approved",
    can_pack: true,
    lines: [{ id: 1, number: 1, product: "Crystal", tracking: "none", unit: "Units", quantity: 2, packed }],
    packages: Array.from({ length: cartons }, (_, index) => ({
        id: index + 1,
        number: String(index + 1),
        count: 1,
        gross_weight: 0,
        size: [0, 0, 0],
        lines: packed ? [{ id: 5, product: "Crystal", lot: "", quantity: packed, unit: "Units" }] : [],
    })),
});

async function mountPage(start) {
    onRpc("crm.shipment.request", "get_packing", () => start);
    const action = { params: { request_id: 7 }, context: {} };
    await mountWithCleanup(ScanToPack, { props: { action, actionId: 1 } });
}

test("scans go into the carton, one after the other, none lost", async () => {
    let packed = 0;
    onRpc("crm.shipment.request", "pack_scanned", ({ args }) => {
        expect.step(args.join(" "));
        packed += 1;
        return { package_id: 1, text: `Crystal: ${packed}`, packing: packing(packed) };
    });
    await mountPage(packing(0, 0));
    expect(".o_crm_scan_to_pack .card-header .btn").toHaveCount(1);
    await contains(".o_crm_scan_code").edit("XT-10");
    await contains(".o_crm_scan_code").edit("XT-10");
    await animationFrame();
    expect.verifySteps(["7 XT-10 false", "7 XT-10 1"]);
    expect(queryText(".alert-success")).toBe("Crystal: 2");
    expect(queryAllValues(".o_crm_carton_quantity")).toEqual([2]);
    expect(queryAllTexts(".card .text-success")).toEqual(["2 / 2 Units"]);
    expect(queryFirst(".btn-primary:contains(Packed)").disabled).toBe(false);
});

test("what is refused is told beside the scanner, and nothing changes", async () => {
    onRpc("crm.shipment.request", "pack_scanned", () => {
        throw makeServerError({ type: "ValidationError", message: "packed completely" });
    });
    mockVibrate(() => expect.step("signal"));
    await mountPage(packing(2));
    await contains(".o_crm_scan_code").edit("XT-10");
    await animationFrame();
    expect(queryText(".alert-danger")).toBe("packed completely");
    expect.verifySteps(["signal"]);
    expect(queryAllValues(".o_crm_carton_quantity")).toEqual([2]);
});

test("measures that are entered faster than the server answers are all kept", async () => {
    const slow = new Deferred();
    onRpc("crm.shipment.request", "pack_measures", async ({ args }) => {
        expect.step(args.join(" "));
        await slow;
        const [, , gross_weight, ...size] = args;
        const answer = packing(2);
        Object.assign(answer.packages[0], { gross_weight, size });
        return answer;
    });
    await mountPage(packing(2));
    await contains(".o_crm_carton_measure:eq(0)").edit(4, { confirm: "blur" });
    await contains(".o_crm_carton_measure:eq(1)").edit(40, { confirm: "blur" });
    slow.resolve();
    await animationFrame();
    await animationFrame();
    expect.verifySteps(["7 1 4 0 0 0", "7 1 4 40 0 0"]);
});
