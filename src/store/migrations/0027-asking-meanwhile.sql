-- Who waits for a person and goes on asking the bot: only while nobody takes the conversation, whose epoch grows then.
ALTER TABLE conversations ADD COLUMN meanwhile_epoch integer;
