//! Rails: engines, accounts, applications without pages.

use super::check;

#[test]
fn engines_are_served_where_they_are_mounted() {
    check(
        "
== config/routes.rb
Rails.application.routes.draw do
  get '/ping', to: 'ping#show'
  namespace :admin do
    mount Shop::Engine, at: '/shop'
  end
  mount Blog::Engine => '/blog'
  mount Sidekiq::Web => '/jobs'
end
== engines/shop/lib/shop/engine.rb
module Shop
  class Engine < ::Rails::Engine
    isolate_namespace Shop
  end
end
== engines/shop/config/routes.rb
Shop::Engine.routes.draw do
  resources :orders, only: [:index]
end
== engines/blog/config/routes.rb
Blog::Engine.routes.draw do
  get '/posts', to: 'posts#index'
end
== engines/alone/config/routes.rb
Alone::Engine.routes.draw do
  get '/alone', to: 'alone#show'
end
",
        &[
            "GET /admin/shop/orders orders#index",
            "GET /alone alone#show",
            "GET /blog/posts posts#index",
            "GET /ping ping#show",
        ],
    );
}

#[test]
fn accounts_have_the_routes_that_their_model_states() {
    check(
        "
== app/models/user.rb
class User < ApplicationRecord
  devise :database_authenticatable, :registerable, :rememberable
end
== app/controllers/users/sessions_controller.rb
class Users::SessionsController < Devise::SessionsController
  def create; end
end
== config/routes.rb
Rails.application.routes.draw do
  scope :api do
    devise_for :users, controllers: { sessions: 'users/sessions' }, path_names: { sign_in: :login }
  end
  devise_for :admins, class_name: 'User', path: 'staff', skip: [:registrations]
end
",
        &[
            "DELETE /api/users devise/registrations#destroy",
            "PATCH /api/users devise/registrations#update",
            "POST /api/users devise/registrations#create",
            "PUT /api/users devise/registrations#update",
            "GET /api/users/cancel devise/registrations#cancel",
            "GET /api/users/edit devise/registrations#edit",
            "GET /api/users/login users/sessions#new",
            "POST /api/users/login users/sessions#create",
            "DELETE /api/users/sign_out users/sessions#destroy",
            "GET /api/users/sign_up devise/registrations#new",
            "GET /staff/sign_in devise/sessions#new",
            "POST /staff/sign_in devise/sessions#create",
            "DELETE /staff/sign_out devise/sessions#destroy",
        ],
    );
}

#[test]
fn applications_without_pages_have_no_forms() {
    check(
        "
== config/application.rb
module Shop
  class Application < Rails::Application
    config.api_only = true
  end
end
== config/routes.rb
Rails.application.routes.draw do
  resources :orders, except: [:destroy]
  resource :cart, only: [:show, :edit]
end
",
        &[
            "GET /cart carts#show",
            "GET /cart/edit carts#edit",
            "GET /orders orders#index",
            "POST /orders orders#create",
            "GET /orders/{id} orders#show",
            "PATCH /orders/{id} orders#update",
            "PUT /orders/{id} orders#update",
        ],
    );
}

#[test]
fn the_file_of_rack_says_below_which_path_an_application_answers() {
    check(
        "
== config.ru
require_relative './app'
use Rack::Deflater
map('/loaves') { run Shop::Loaves }
map('/') { run Shop::Main }
== app.rb
require 'sinatra/base'
module Shop
  class Loaves < Sinatra::Base
    get '/:id' do
    end
  end
  class Main < Sinatra::Base
    get '/health' do
    end
  end
end
",
        &["GET /health ", "GET /loaves/{id} "],
    );
}
