/**
 * One resource through all layers, in one file to copy from.
 *
 * In a project each part lives in its own file: dto, entity, repository, service,
 * controller, module. Replace Item and items by the name of the resource.
 */
import { Body, Controller, Get, Injectable, Module, Param, ParseUUIDPipe, Post, Query, UseGuards } from '@nestjs/common';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Type } from 'class-transformer';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';
import { Column, Entity, Index, PrimaryGeneratedColumn, Repository } from 'typeorm';

import { CurrentUser } from '../auth/current-user.decorator';
import { JwtAuthGuard } from '../auth/jwt-auth.guard';
import { NotFound } from '../common/errors';
import type { User } from '../users/user.entity';

// --- schema
export class CreateItemDto {
  @IsString()
  @Length(1, 200)
  readonly title: string;
}

export class PageDto {
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  readonly limit: number = 50;

  @Type(() => Number)
  @IsInt()
  @Min(0)
  readonly offset: number = 0;
}

export type ItemDto = { id: string; title: string };

// --- model
@Entity('items')
export class Item {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Index()
  @Column('uuid', { name: 'owner_id' })
  ownerId: string;

  @Column({ length: 200 })
  title: string;
}

// --- repository: queries, no decisions
@Injectable()
export class ItemsRepository {
  constructor(@InjectRepository(Item) private readonly items: Repository<Item>) {}

  getOwned(id: string, ownerId: string): Promise<Item | null> {
    return this.items.findOneBy({ id, ownerId });
  }

  listOwned(ownerId: string, page: PageDto): Promise<Item[]> {
    return this.items.find({ where: { ownerId }, order: { id: 'ASC' }, take: page.limit, skip: page.offset });
  }

  create(ownerId: string, title: string): Promise<Item> {
    return this.items.save(this.items.create({ ownerId, title }));
  }
}

// --- service: decisions, no HTTP
@Injectable()
export class ItemsService {
  constructor(private readonly items: ItemsRepository) {}

  async get(id: string, ownerId: string): Promise<Item> {
    const item = await this.items.getOwned(id, ownerId);
    if (item === null) throw new NotFound('item');
    return item;
  }

  list(ownerId: string, page: PageDto): Promise<Item[]> {
    return this.items.listOwned(ownerId, page);
  }

  create(body: CreateItemDto, ownerId: string): Promise<Item> {
    return this.items.create(ownerId, body.title);
  }
}

// --- router: validate, call, answer
const toDto = ({ id, title }: Item): ItemDto => ({ id, title });

@Controller('items')
@UseGuards(JwtAuthGuard)
export class ItemsController {
  constructor(private readonly items: ItemsService) {}

  @Get()
  async list(@CurrentUser() user: User, @Query() page: PageDto): Promise<ItemDto[]> {
    return (await this.items.list(user.id, page)).map(toDto);
  }

  @Get(':id')
  async read(@CurrentUser() user: User, @Param('id', ParseUUIDPipe) id: string): Promise<ItemDto> {
    return toDto(await this.items.get(id, user.id));
  }

  @Post()
  async create(@CurrentUser() user: User, @Body() body: CreateItemDto): Promise<ItemDto> {
    return toDto(await this.items.create(body, user.id));
  }
}

@Module({
  imports: [TypeOrmModule.forFeature([Item])],
  controllers: [ItemsController],
  providers: [ItemsService, ItemsRepository],
})
export class ItemsModule {}
