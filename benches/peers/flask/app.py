"""Articles with Flask, SQLAlchemy and gunicorn, as a tutorial writes them: what benches/http compares with.

    DATABASE_URL=sqlite:////tmp/articles.db flask --app app seed articles.json
    DATABASE_URL=sqlite:////tmp/articles.db gunicorn --workers 1 app:app
"""

import json
import os
from datetime import UTC, datetime

import click
from flask import Flask, jsonify, request
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///articles.db")
db = SQLAlchemy(app)

article_keyword = db.Table(
    "article_keyword",
    db.Column("article_id", db.ForeignKey("article.id"), primary_key=True),
    db.Column("keyword_id", db.ForeignKey("keyword.id"), primary_key=True),
)


class Keyword(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(100), unique=True, nullable=False)


class Article(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    slug = db.Column(db.String(200), unique=True, nullable=False)
    headline = db.Column(db.String(200), nullable=False)
    abstract = db.Column(db.Text)
    body = db.Column(db.Text, nullable=False)
    author = db.Column(db.String(100), nullable=False)
    created = db.Column(db.DateTime, default=lambda: datetime.now(UTC))
    modified = db.Column(db.DateTime, default=lambda: datetime.now(UTC))
    keywords = db.relationship(Keyword, secondary=article_keyword, order_by=Keyword.id)

    def to_dict(self):
        return {
            "id": self.slug,
            "headline": self.headline,
            "abstract": self.abstract,
            "body": self.body,
            "author": self.author,
            "keywords": [keyword.name for keyword in self.keywords],
            "created": self.created.isoformat(),
            "modified": self.modified.isoformat(),
        }


@app.get("/articles/<slug>")
def read(slug):
    article = db.first_or_404(db.select(Article).filter_by(slug=slug))
    return jsonify(article.to_dict())


@app.get("/articles")
def list_articles():
    per_page = request.args.get("per_page", 30, type=int)
    page = db.paginate(db.select(Article).order_by(Article.id.desc()), per_page=per_page, max_per_page=100)
    return jsonify(total=page.total, page=page.page, articles=[article.to_dict() for article in page.items])


@app.cli.command("seed")
@click.argument("file", type=click.File())
def seed(file):
    """Make the tables and fill them from a list of articles as JSON."""
    db.create_all()
    keywords = {}
    for article in json.load(file):
        named = [keywords.setdefault(name, Keyword(name=name)) for name in article.pop("keywords")]
        db.session.add(Article(**article, keywords=named))
    db.session.commit()
