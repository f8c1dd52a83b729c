"""Server-side SVG: numbers in, markup out. Pure functions that know neither Django nor the apps.

Every function returns `primitives.Markup`, a `str` that templates show as it is; all texts are escaped. Every image takes a
`primitives.Caption(id, title, description)` whose `id` must be unique on its page. Values are floats, None is a gap.

primitives  Markup, Caption, figure(heading, note, drawing, size="m", after=""), pair, svg, and the shapes
state       state(tone, label), shape(tone), variation(kind), assurance(kind); tones: good watch bad none done maint open
table       details(caption, head, rows): the table behind a chart
axis        value_axis, thin, spread, decimate: round steps and labels that do not collide

Templates: `{% load fieldlight %}{% state tone label %}{% shape tone %}`.
"""
