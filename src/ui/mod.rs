//! Drawing: panes, widgets, themes. Reads views, never changes the model.
