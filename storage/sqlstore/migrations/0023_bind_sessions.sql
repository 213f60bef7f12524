-- What shows a mediator's tab that whoever had its link has signed.
ALTER TABLE delegations ADD COLUMN binding TEXT NOT NULL DEFAULT '';
