//! Messages in the database; their bytes are in the blob store.

use super::{Conn, Fault, Handle, Tx, on, run, sql, value};
use crate::domain::{Kind, message::Message, tag::Tag};

sql! {
    FIND = "
  select id, media_type, digest, size, filename, author, created
    from message
   where id = $1";

    PAGE = "
  select id, media_type, digest, size, filename, author, created
    from message
order by id desc
   limit $1 offset $2";

    COUNT = "select count(*) from message";

    INSERT = "
  insert into message (media_type, digest, size, filename, author, created)
  values ($1, $2, $3, $4, $5, $6)
returning id";

    DELETE = "delete from message where id = $1";
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    media_type: String,
    digest: String,
    size: i64,
    filename: Option<String>,
    author: String,
    created: i64,
}

impl Stored {
    fn read(self) -> Result<Message, Fault> {
        Ok(Message {
            id: self.id,
            media_type: self.media_type,
            digest: self.digest,
            size: self.size,
            filename: self.filename,
            author: self.author,
            created: value::moment(self.created)?,
        })
    }
}

fn bump(tx: &mut Tx, id: i64) {
    tx.bump([Tag::item(Kind::Message, id), Tag::list(Kind::Message)]);
}

/// The message with that number.
pub async fn find(conn: &mut impl Handle, id: i64) -> Result<Message, Fault> {
    let row: Option<Stored> = on!(conn, db => sqlx::query_as(FIND).bind(id).fetch_optional(db))?;
    row.ok_or(Fault::Missing)?.read()
}

/// Messages, newest first, and how many there are in all.
pub async fn page(conn: &mut Conn, offset: i64, limit: i64) -> Result<(Vec<Message>, i64), Fault> {
    let total: i64 = on!(conn, db => sqlx::query_scalar(COUNT).fetch_one(db))?;
    let rows: Vec<Stored> = on!(conn, db => sqlx::query_as(PAGE).bind(limit).bind(offset).fetch_all(db))?;
    Ok((rows.into_iter().map(Stored::read).collect::<Result<_, _>>()?, total))
}

/// Keeps a message; gives it with the number that it has from now on.
pub async fn insert(tx: &mut Tx, message: Message) -> Result<Message, Fault> {
    let id: i64 = on!(tx, db => sqlx::query_scalar(INSERT)
        .bind(&message.media_type).bind(&message.digest).bind(message.size).bind(&message.filename)
        .bind(&message.author).bind(message.created.timestamp_millis())
        .fetch_one(db))?;
    bump(tx, id);
    Ok(Message { id, ..message })
}

/// Deletes the message; its bytes stay until nothing refers to them.
pub async fn delete(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    let deleted = run!(tx, sqlx::query(DELETE).bind(id))?;
    bump(tx, id);
    if deleted == 1 { Ok(()) } else { Err(Fault::Missing) }
}
