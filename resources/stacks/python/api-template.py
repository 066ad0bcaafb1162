"""One resource through all layers, in one file to copy from.

In a project each part lives in its own module: schema, model, repository, service,
router. Replace Item and items by the name of the resource.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, status
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, session_factory
from app.core.errors import NotFound
from app.core.security import CurrentUser


# --- schema
class ItemIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=200)]


class ItemOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str


# --- model
class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))


# --- repository: statements, no decisions
class ItemRepository:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get_owned(self, item_id: int, owner_id: int) -> Item | None:
        statement = select(Item).where(Item.id == item_id, Item.owner_id == owner_id)
        return (await self.session.scalars(statement)).one_or_none()

    async def list_owned(self, owner_id: int, *, limit: int, offset: int) -> Sequence[Item]:
        statement = select(Item).where(Item.owner_id == owner_id).order_by(Item.id).limit(limit).offset(offset)
        return (await self.session.scalars(statement)).all()

    async def add(self, item: Item) -> Item:
        self.session.add(item)
        await self.session.flush()
        return item


# --- service: decisions and the transaction, no HTTP
class ItemService:
    def __init__(self, session: AsyncSession, items: ItemRepository) -> None:
        self.session = session
        self.items = items

    async def get(self, item_id: int, owner_id: int) -> Item:
        item = await self.items.get_owned(item_id, owner_id)
        if item is None:
            raise NotFound("item")
        return item

    async def list(self, owner_id: int, *, limit: int, offset: int) -> Sequence[Item]:
        return await self.items.list_owned(owner_id, limit=limit, offset=offset)

    async def create(self, body: ItemIn, owner_id: int) -> Item:
        async with self.session.begin():
            return await self.items.add(Item(owner_id=owner_id, title=body.title))


# --- router: validate, call, answer
async def get_session() -> AsyncIterator[AsyncSession]:
    async with session_factory() as session:
        yield session


def item_service(session: Annotated[AsyncSession, Depends(get_session)]) -> ItemService:
    return ItemService(session, ItemRepository(session))


Items = Annotated[ItemService, Depends(item_service)]
router = APIRouter(prefix="/items", tags=["items"])


@router.get("")
async def list_items(
    user: CurrentUser,
    items: Items,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[ItemOut]:
    return [ItemOut.model_validate(item) for item in await items.list(user.id, limit=limit, offset=offset)]


@router.get("/{item_id}")
async def read_item(item_id: int, user: CurrentUser, items: Items) -> ItemOut:
    return ItemOut.model_validate(await items.get(item_id, user.id))


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_item(body: ItemIn, user: CurrentUser, items: Items) -> ItemOut:
    return ItemOut.model_validate(await items.create(body, user.id))
