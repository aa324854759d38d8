from odoo import models


class IrModuleModule(models.Model):
    """What a document has of our mixins is named in the terms of their add-ons, which Odoo reads when those are
    installed: before the document is there. So they are read again with the add-on of the document."""

    _inherit = "ir.module.module"

    def _update_translations(self, filter_lang=None, overwrite=False):
        result = super()._update_translations(filter_lang, overwrite)
        if any(module.name.startswith("crm_") for module in self):
            ground = self.upstream_dependencies(exclude_states=("uninstallable", "uninstalled")) - self
            ground = ground.filtered(lambda module: module.name.startswith("crm_"))
            super(IrModuleModule, ground)._update_translations(filter_lang)
        return result
