import { animationFrame, expect, queryAll, queryAllTexts, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

class Flow extends models.Model {
    _name = "crm.review.flow";

    name = fields.Char();
    step_ids = fields.One2many({ relation: "crm.review.step", relation_field: "flow_id" });

    _records = [{ id: 1, name: "Large ones", step_ids: [1, 2, 3] }];
}

class Step extends models.Model {
    _name = "crm.review.step";

    flow_id = fields.Many2one({ relation: "crm.review.flow" });
    name = fields.Char({ required: true });
    rank = fields.Integer({ default: 1 });
    sequence = fields.Integer({ default: 10 });
    who = fields.Selection({
        selection: [
            ["manager", "Manager"],
            ["users", "Users"],
        ],
        default: "manager",
    });
    position_id = fields.Many2one({ relation: "res.partner" });
    user_ids = fields.Many2many({ relation: "res.users" });
    user_field_id = fields.Many2one({ relation: "res.partner" });
    level = fields.Integer({ default: 2 });
    mode = fields.Selection({
        selection: [
            ["any", "Any Signs"],
            ["vote", "Vote"],
        ],
        default: "any",
    });
    vote_percent = fields.Integer({ default: 51 });
    domain = fields.Char();
    is_default = fields.Boolean();
    deadline_hours = fields.Float();
    deadline_type = fields.Selection({
        selection: [
            ["working", "Working"],
            ["natural", "Natural"],
        ],
        default: "working",
    });

    _records = [
        { id: 1, name: "Head", rank: 1, deadline_hours: 8 },
        { id: 2, name: "Law", rank: 2, mode: "vote" },
        { id: 3, name: "Money", rank: 2, sequence: 20, domain: "[('amount', '>', 5)]" },
    ];
    _views = { form: `<form><field name="name"/><field name="rank"/><field name="who"/></form>` };
}

defineMailModels();
defineModels([Flow, Step]);

const LIST = [
    ...["name", "rank", "sequence", "who", "position_id", "user_field_id", "level", "mode", "vote_percent"],
    ...["domain", "is_default", "deadline_hours", "deadline_type"],
].map((name) => `<field name="${name}"/>`);

/** Mounts the flow's form; the commands that are saved become a step. */
async function mountFlow({ readonly = false } = {}) {
    onRpc("crm.review.flow", "web_save", ({ args }) => {
        expect.step(args[1].step_ids.map(([command, id, values]) => (command ? [command, id, values] : values.rank)));
    });
    await mountView({
        resModel: "crm.review.flow",
        type: "form",
        resId: 1,
        arch: `<form>
            <field name="step_ids" widget="crm_review_flow_picture" readonly="${readonly ? 1 : 0}">
                <list>${LIST.join("")}<field name="user_ids" widget="many2many_tags"/></list>
            </field>
        </form>`,
    });
}

const ranks = () => queryAll(".o_crm_flow_column").map((rank) => queryAllTexts("strong", { root: rank }));

test("shows ranks and what a step is", async () => {
    await mountFlow({ readonly: true });
    expect(ranks()).toEqual([["Head"], ["Law", "Money"]]);
    expect(queryAllTexts(".o_crm_flow_step:eq(0) .badge")).toEqual(["Any Signs", "8 working hours"]);
    expect(queryAllTexts(".o_crm_flow_step:eq(1) .badge")).toEqual(["Vote 51%"]);
    expect(queryAllTexts(".o_crm_flow_step:eq(2) .badge")).toEqual(["Any Signs", "Conditional"]);
    expect("button[name=insert]").toHaveCount(0);
});

test("a step is inserted between two ranks", async () => {
    await mountFlow();
    await contains("button[name=insert]:eq(1)").click();
    await contains(".modal .o_field_widget[name=name] input").edit("Sales");
    expect(ranks()).toEqual([["Head"], ["Law", "Money"]]);
    await contains(".modal .o_form_button_save").click();
    expect(ranks()).toEqual([["Head"], ["Sales"], ["Law", "Money"]]);
    await contains(".o_form_button_save").click();
    expect.verifySteps([
        [
            [1, 2, { rank: 3, sequence: 10 }],
            [1, 3, { rank: 3, sequence: 20 }],
            2, // the new one
        ],
    ]);
});

test("a step is added beside others, and one is deleted with its rank", async () => {
    await mountFlow();
    await contains("button[name=add_beside]:eq(1)").click();
    await contains(".modal .o_field_widget[name=name] input").edit("Sales");
    await contains(".modal .o_form_button_save").click();
    expect(ranks()).toEqual([["Head"], ["Law", "Money", "Sales"]]);
    await contains("button[name=remove]:eq(0)").click();
    expect(ranks()).toEqual([["Law", "Money", "Sales"]]);
    await contains(".o_form_button_cancel").click();
    expect(ranks()).toEqual([["Head"], ["Law", "Money"]]);
});

test("a step is dragged into another rank, and between two", async () => {
    await mountFlow();
    await contains(".o_crm_flow_step:eq(0)").dragAndDrop(".o_crm_flow_step:eq(2)");
    await animationFrame();
    expect(ranks()).toHaveLength(1);
    expect(ranks()[0].toSorted()).toEqual(["Head", "Law", "Money"]);
    await contains(".o_crm_flow_step:contains(Law)").dragAndDrop(".o_crm_flow_gap:eq(1)");
    await animationFrame();
    expect(ranks()[1]).toEqual(["Law"]);
});

test("the plain list is one click away", async () => {
    await mountFlow();
    await contains("button[name=list]").click();
    expect(".o_list_renderer .o_data_row").toHaveCount(3);
    await contains("button[name=picture]").click();
    expect(".o_crm_flow_step").toHaveCount(3);
});
