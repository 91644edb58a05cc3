"""`python -m training fetch`: what training needs from the network, and the only part of it that asks for anything."""
