"""How far days and numbers that people type may reach, so that every sum and picture made of them stays sensible."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator

LARGEST = 1e15
DAYS = [MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(2200, 12, 31))]
NUMBERS = [MinValueValidator(-LARGEST), MaxValueValidator(LARGEST)]
