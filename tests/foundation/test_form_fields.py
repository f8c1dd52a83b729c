from datetime import date

from django import forms

from foundation.form_fields import DayField


def test_a_day_is_shown_as_browsers_take_it():
    class Form(forms.Form):
        day = DayField()

    shown = str(Form(initial={"day": date(2026, 11, 30)})["day"])

    assert 'type="date"' in shown
    assert 'value="2026-11-30"' in shown
