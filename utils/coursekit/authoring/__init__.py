"""What authors use: executing notebooks, their normal form, the rules they keep, the course's map."""
