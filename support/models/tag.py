from django.db import models

from foundation.constraints import not_blank


class Tag(models.Model):
    """A word that tickets are marked with, to find alike ones again."""

    name = models.SlugField(max_length=60, unique=True, help_text="Small letters, digits, hyphens: double-charge.")

    class Meta:
        ordering = ["name"]
        constraints = [not_blank("name", model="tag")]

    def __str__(self) -> str:
        return self.name
