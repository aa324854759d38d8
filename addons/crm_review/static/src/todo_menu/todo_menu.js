import { Component, onWillDestroy, useState } from "@odoo/owl";
import { useDiscussSystray } from "@mail/utils/common/hooks";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { useDropdownState } from "@web/core/dropdown/dropdown_hooks";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";

const TODO = "crm_review.crm_review_line_action_todo";

/**
 * The number of documents that wait for the user, in the menu bar.
 */
export class TodoMenu extends Component {
    static template = "crm_review.TodoMenu";
    static components = { Dropdown };
    static props = [];

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.discussSystray = useDiscussSystray();
        this.dropdown = useDropdownState();
        this.keepLast = new KeepLast();
        this.state = useState({ kinds: [] });
        this.load(); // the menu bar does not wait for it

        const bus = useService("bus_service");
        const onTodo = () => this.load();
        bus.subscribe("crm_review/todo", onTodo);
        onWillDestroy(() => bus.unsubscribe("crm_review/todo", onTodo));
    }

    async load() {
        this.state.kinds = await this.keepLast.add(this.orm.silent.call("crm.review.line", "todo_counts"));
    }

    get count() {
        return this.state.kinds.reduce((sum, { count }) => sum + count, 0);
    }

    get isOverdue() {
        return this.state.kinds.some(({ overdue }) => overdue);
    }

    nameOf(kind) {
        return kind.name || _t("Other documents");
    }

    open(kind) {
        this.dropdown.close();
        return this.action.doAction(TODO, {
            additionalContext: kind?.id ? { search_default_kind_id: kind.id } : {},
            clearBreadcrumbs: true,
        });
    }
}

registry.category("systray").add("crm_review.todo_menu", { Component: TodoMenu }, { sequence: 21 });
