from django.db import models

from foundation.constraints import not_blank


class Cause(models.Model):
    """One cause that tickets may have: its code is the text that stands in a ticket's category."""

    code = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, help_text="When to choose it, and when another.")
    product = models.CharField(max_length=120, blank=True, help_text="Where only one product has it.")
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [not_blank("code", model="cause"), not_blank("name", model="cause")]

    def __str__(self) -> str:
        return self.name
