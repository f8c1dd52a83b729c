"""Replies whose mail is given up are told to those who have the ticket."""

from operations.delivery.given_up import register_given_up
from support.selectors.deliveries import REPLY
from support.services.lost_replies import tell_lost_reply

register_given_up(REPLY, tell_lost_reply)
