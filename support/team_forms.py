"""What is typed about how people work: reviews and trainings."""

from datetime import date
from typing import Any

from django import forms

from foundation.form_fields import DayField, TextField
from operations.models import User
from support.models import Review
from support.models.quality import CRITERIA, MOST_POINTS

_POINTS = [(points, str(points)) for points in range(MOST_POINTS, -1, -1)]
_MOST_PEOPLE = 100
_QUESTIONS = {field.name: field.help_text for field in Review._meta.concrete_fields}


class ReviewForm(forms.Form):
    """Points by the rubric, and why."""

    comment = TextField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What was good, and what would be better.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CRITERIA:
            self.fields[name] = forms.TypedChoiceField(
                coerce=int,
                choices=[("", "Choose"), *_POINTS],
                label=name.capitalize(),
                help_text=_QUESTIONS[name],
            )
        self.order_fields((*CRITERIA, "comment"))

    @property
    def points(self) -> dict[str, int]:
        """The points by criterion."""
        return {name: self.cleaned_data[name] for name in CRITERIA}


class TrainingForm(forms.Form):
    """A training, and who took part."""

    people = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), label="Who took part", widget=forms.SelectMultiple(attrs={"size": 8})
    )
    topic = TextField(max_length=200)
    completed_on = DayField(label="Completed on")
    valid_until = DayField(label="Good until", required=False, help_text="Last day; empty where it does not end.")
    evidence = TextField(max_length=300, required=False, help_text="Certificate, document or address.")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"completed_on": today, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, is_service=False).order_by("name", "pk")
        self.fields["people"].queryset = people  # type: ignore[attr-defined]

    def clean_people(self) -> list[User]:
        """The people; at most as many as one training has."""
        people = list(self.cleaned_data["people"])
        if len(people) > _MOST_PEOPLE:
            raise forms.ValidationError(f"Choose at most {_MOST_PEOPLE} people.")
        return people
