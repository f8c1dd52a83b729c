"""How far days and numbers that people type may reach, so that every sum and picture made of them stays sensible."""

from django.core.validators import MaxValueValidator, MinValueValidator

from foundation.bounds import FIRST_DAY, LAST_DAY

LARGEST = 1e15
DAYS = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
NUMBERS = [MinValueValidator(-LARGEST), MaxValueValidator(LARGEST)]
