from . import browser, layout, slots
