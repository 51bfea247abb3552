-- A suspension may remember with which settings the account was refused: it ends when they change.
ALTER TABLE ${schema}${prefix}suspension ADD (refused_settings VARCHAR2(200 CHAR));
