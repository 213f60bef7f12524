-- Mandates that end with a structure's habilitation, or with a mediator's
-- appointment.
CREATE INDEX mandates_in_force ON mandates (structure, id) WHERE ended = 0 AND kind <> 'session';
