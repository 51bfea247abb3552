-- A suspension may remember with which settings the account was refused: it ends when they change.
ALTER TABLE ${schema}${prefix}suspension ADD refused_settings NVARCHAR(200) COLLATE Latin1_General_100_BIN2;
