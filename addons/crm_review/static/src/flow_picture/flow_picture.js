import { useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { makeContext } from "@web/core/context";
import { x2ManyCommands } from "@web/core/orm_service";
import { registry } from "@web/core/registry";
import { useSortable } from "@web/core/utils/sortable_owl";
import { useOpenX2ManyRecord, useX2ManyCrud } from "@web/views/fields/relational_utils";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

const SEQUENCE = 10;

/**
 * The steps of a review flow as a picture: ranks from left to right, the steps of a rank one below the other. All changes go
 * through the one2many, so that they are saved and discarded with the flow. The plain list is one click away.
 */
export class FlowPicture extends X2ManyField {
    static template = "crm_review.FlowPicture";

    setup() {
        super.setup();
        this.state = useState({ isList: false });
        this.pictureRef = useRef("picture");
        this.place = null; // of the step that is being added: { rank, isInserted }
        const { saveRecord, updateRecord } = useX2ManyCrud(() => this.list, false);
        this.openStep = useOpenX2ManyRecord({
            resModel: this.list.resModel,
            activeField: this.activeField,
            activeActions: this.activeActions,
            getList: () => this.list,
            saveRecord: async (record) => {
                if (this.place?.isInserted) {
                    this.place.isInserted = false; // also if several are added in a row
                    await this.arrange(this.ranks, this.place.rank);
                }
                return saveRecord(record);
            },
            updateRecord,
            isMany2Many: false,
        });
        useSortable({
            ref: this.pictureRef,
            elements: ".o_crm_flow_step",
            groups: ".o_crm_flow_rank",
            connectGroups: true,
            enable: () => !this.props.readonly,
            ignore: "button",
            placeholderClasses: ["o_crm_flow_placeholder"],
            onDrop: (params) => this.drop(params),
        });
    }

    /** @returns {Record[][]} the steps of each rank, in order */
    get ranks() {
        const ranks = new Map();
        const byPlace = (a, b) => a.data.rank - b.data.rank || a.data.sequence - b.data.sequence;
        for (const step of [...this.list.records].sort(byPlace)) {
            ranks.set(step.data.rank, [...(ranks.get(step.data.rank) || []), step]);
        }
        return [...ranks.values()];
    }

    // WHAT A CARD SAYS

    who(step) {
        const { who, position_id, user_ids, user_field_id, level } = step.data;
        const label = Object.fromEntries(step.fields.who.selection)[who];
        const named = {
            position: position_id && position_id.display_name,
            users: user_ids.records.map((user) => user.data.display_name).join(", "),
            field: user_field_id && user_field_id.display_name,
            level: _t("Manager of level %s", level),
        }[who];
        return named || label;
    }

    mode(step) {
        const { mode, vote_percent } = step.data;
        const label = Object.fromEntries(step.fields.mode.selection)[mode];
        return mode === "vote" ? `${label} ${vote_percent}%` : label;
    }

    hasCondition(step) {
        return Boolean(step.data.domain) && step.data.domain !== "[]";
    }

    deadline(step) {
        const { deadline_hours, deadline_type } = step.data;
        if (!deadline_hours) {
            return "";
        }
        return deadline_type === "working" ? _t("%s working hours", deadline_hours) : _t("%s hours", deadline_hours);
    }

    // CHANGES

    /**
     * Number ranks and steps as they stand.
     *
     * @param {Record[][]} ranks the steps as they are to stand
     * @param {number} [gap] number of a rank to be left free
     * @param {Array[]} [commands] to be carried out as well
     */
    arrange(ranks, gap = Infinity, commands = []) {
        const moves = ranks
            .filter((steps) => steps.length)
            .flatMap((steps, index) =>
                steps.map((step, place) => [
                    step,
                    { rank: index + 1 < gap ? index + 1 : index + 2, sequence: (place + 1) * SEQUENCE },
                ]),
            )
            .filter(([{ data }, { rank, sequence }]) => data.rank !== rank || data.sequence !== sequence)
            .map(([step, values]) => [x2ManyCommands.UPDATE, step.resId || step._virtualId, values]);
        return this.list.applyCommands([...commands, ...moves]);
    }

    open(record) {
        this.openStep({ record, context: this.props.context, readonly: this.props.readonly });
    }

    /**
     * @param {number} rank
     * @param {Object} [options]
     * @param {boolean} [options.isInserted] as a rank of its own, the others making room
     */
    add(rank, { isInserted = false } = {}) {
        this.place = { rank, isInserted };
        const beside = isInserted ? [] : this.list.records.filter((step) => step.data.rank === rank);
        const context = { default_rank: rank, default_sequence: (beside.length + 1) * SEQUENCE };
        this.openStep({ context: makeContext([this.props.context, context]), title: _t("New Step") });
    }

    remove(step) {
        const left = this.ranks.map((steps) => steps.filter((one) => one !== step));
        return this.arrange(left, Infinity, [[x2ManyCommands.DELETE, step.resId || step._virtualId]]);
    }

    /** A card has been dropped: into a rank, or between two ranks. */
    drop({ element, parent, next }) {
        const steps = Object.fromEntries(this.list.records.map((step) => [step.id, step]));
        const moved = steps[element.dataset.step];
        const before = steps[next?.closest(".o_crm_flow_step")?.dataset.step];
        const ranks = this.ranks.map((rank) => rank.filter((step) => step !== moved));
        const index = Number(parent.dataset.index);
        if (parent.classList.contains("o_crm_flow_gap")) {
            ranks.splice(index, 0, [moved]);
        } else {
            const rank = ranks[index];
            rank.splice(before ? rank.indexOf(before) : rank.length, 0, moved);
        }
        return this.arrange(ranks);
    }
}

registry.category("fields").add("crm_review_flow_picture", {
    ...x2ManyField,
    component: FlowPicture,
    displayName: _t("Flow picture"),
    supportedTypes: ["one2many"],
});
