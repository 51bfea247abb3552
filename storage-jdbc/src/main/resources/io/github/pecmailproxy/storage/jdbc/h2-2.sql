-- A suspension may remember with which settings the account was refused: it ends when they change.
ALTER TABLE ${schema}${prefix}suspension ADD COLUMN refused_settings VARCHAR(200);
