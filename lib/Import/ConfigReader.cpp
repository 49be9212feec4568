//===- ConfigReader.cpp - A model's configuration, key by key -------------===//

#include "tern/Import/ConfigReader.h"

#include "lib/Import/ConfigKeys.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace tern;

//===----------------------------------------------------------------------===//
// Looking up
//===----------------------------------------------------------------------===//

ConfigReader::ConfigReader(const ModelFiles &model, Problems &problems) : problems(&problems) {
  if (!model.isGguf()) {
    json = &model.config();
    source = "config.json";
    return;
  }
  gguf = &model.ggufFile();
  source = model.path();
  if (const GgufValue *architecture = gguf->find("general.architecture"))
    if (std::optional<std::string_view> name = architecture->text())
      prefix = std::string(*name) + ".";
}

ConfigReader::ConfigReader(const Json &object, std::string prefix, Problems &problems)
    : json(&object), source("config.json"), prefix(std::move(prefix)), problems(&problems) {}

const Json *ConfigReader::take(std::string_view key) {
  used.emplace(key);
  auto found = json->find(std::string(key));
  return found == json->end() || found->is_null() ? nullptr : &*found;
}

const GgufValue *ConfigReader::takeGguf(std::string_view key) {
  std::string full = prefix + std::string(key);
  used.insert(full);
  return gguf->find(full);
}

bool ConfigReader::has(ConfigKey key) const {
  if (gguf)
    return !key.gguf.empty() && gguf->find(prefix + std::string(key.gguf));
  if (key.huggingFace.empty())
    return false;
  auto found = json->find(std::string(key.huggingFace));
  return found != json->end() && !found->is_null();
}

bool ConfigReader::isNull(ConfigKey key) const {
  if (gguf || key.huggingFace.empty())
    return false;
  auto found = json->find(std::string(key.huggingFace));
  return found != json->end() && found->is_null();
}

std::string ConfigReader::where(ConfigKey key) const {
  return source + ": key '" + prefix + std::string(gguf ? key.gguf : key.huggingFace) + "'";
}

void ConfigReader::problem(ConfigKey key, std::string what, std::string remedy) {
  problems->push_back({where(key), std::move(what), std::move(remedy)});
}

void ConfigReader::ignore(ConfigKey key) {
  used.insert(gguf ? prefix + std::string(key.gguf) : std::string(key.huggingFace));
}

std::optional<ConfigReader> ConfigReader::object(std::string_view key) {
  if (gguf)
    return std::nullopt;
  const Json *value = take(key);
  if (!value)
    return std::nullopt;
  if (!value->is_object()) {
    problem({key, {}}, std::string("must be an object, got ") + value->type_name(), "repair config.json");
    return std::nullopt;
  }
  if (value->empty())
    return std::nullopt;
  return ConfigReader(*value, prefix + std::string(key) + ".", *problems);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

std::string ConfigReader::evidence(ConfigKey key) const {
  if (gguf) {
    const GgufValue *value = gguf->find(prefix + std::string(key.gguf));
    return std::string(value->type() == GgufType::Array ? "an array" : ggufTypeName(value->type()));
  }
  std::string text = json->find(std::string(key.huggingFace))->dump(-1, ' ', /*ensure_ascii=*/true);
  return text.size() <= 60 ? text : text.substr(0, 60) + "...";
}

template <typename T>
T ConfigReader::require(ConfigKey key, std::optional<T> value, std::optional<T> fallback, T substitute,
                        const std::string &what) {
  if (value)
    return *value;
  if (has(key))
    problem(key, "must be " + what + ", got " + evidence(key), "repair the model's configuration");
  else if (fallback)
    return *fallback;
  else
    problem(key, "is missing; it must be " + what, "repair or re-export the model's configuration");
  return fallback.value_or(substitute);
}

std::int64_t ConfigReader::count(ConfigKey key, std::optional<std::int64_t> fallback, std::int64_t least) {
  std::optional<std::int64_t> value;
  if (gguf) {
    if (const GgufValue *found = key.gguf.empty() ? nullptr : takeGguf(key.gguf)) {
      value = found->integer();
      // Some writers give a number per layer; equal ones are one number.
      if (found->type() == GgufType::Array && found->length() > 0) {
        value = found->at(0).integer();
        for (std::uint64_t i = 1; i < found->length(); ++i)
          if (found->at(i).integer() != value)
            value = std::nullopt;
      }
    }
  } else if (const Json *found = key.huggingFace.empty() ? nullptr : take(key.huggingFace)) {
    if (found->is_number_unsigned() || found->is_number_integer())
      value = found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX ? INT64_MAX
                                                                                     : found->get<std::int64_t>();
  }
  if (value && (*value < least || *value >= (std::int64_t(1) << 31)))
    value = std::nullopt;
  return require<std::int64_t>(key, value, fallback, 1,
                               "a whole number from " + std::to_string(least) + " to 2^31 - 1" +
                                   (gguf ? ", the same for every layer" : ""));
}

double ConfigReader::number(ConfigKey key, std::optional<double> fallback) {
  std::optional<double> value;
  if (gguf) {
    if (const GgufValue *found = key.gguf.empty() ? nullptr : takeGguf(key.gguf))
      value = found->number();
  } else if (const Json *found = key.huggingFace.empty() ? nullptr : take(key.huggingFace)) {
    if (found->is_number())
      value = found->get<double>();
  }
  if (value && !std::isfinite(*value))
    value = std::nullopt;
  return require<double>(key, value, fallback, 1.0, "a finite number");
}

bool ConfigReader::flag(ConfigKey key, bool fallback) {
  std::optional<bool> value;
  if (gguf) {
    if (const GgufValue *found = key.gguf.empty() ? nullptr : takeGguf(key.gguf))
      value = found->boolean();
  } else if (const Json *found = key.huggingFace.empty() ? nullptr : take(key.huggingFace)) {
    if (found->is_boolean())
      value = found->get<bool>();
  }
  return require<bool>(key, value, fallback, fallback, "true or false");
}

std::string ConfigReader::text(ConfigKey key, std::optional<std::string> fallback) {
  std::optional<std::string> value;
  if (gguf) {
    if (const GgufValue *found = key.gguf.empty() ? nullptr : takeGguf(key.gguf))
      if (std::optional<std::string_view> text = found->text())
        value = std::string(*text);
  } else if (const Json *found = key.huggingFace.empty() ? nullptr : take(key.huggingFace)) {
    if (found->is_string())
      value = found->get<std::string>();
  }
  return require<std::string>(key, value, fallback, "", "a text");
}

std::vector<double> ConfigReader::numbers(ConfigKey key) {
  std::vector<double> values;
  bool good = true;
  if (gguf) {
    const GgufValue *found = key.gguf.empty() ? nullptr : takeGguf(key.gguf);
    for (std::uint64_t i = 0; found && found->type() == GgufType::Array && i < found->length(); ++i) {
      std::optional<double> value = found->at(i).number();
      good &= value.has_value();
      values.push_back(value.value_or(1.0));
    }
    good &= !found || found->type() == GgufType::Array;
  } else if (const Json *found = key.huggingFace.empty() ? nullptr : take(key.huggingFace)) {
    good = found->is_array();
    if (good)
      for (const Json &element : *found) {
        good &= element.is_number();
        values.push_back(element.is_number() ? element.get<double>() : 1.0);
      }
  }
  if (!good)
    problem(key, "must be a list of numbers", "repair the model's configuration");
  return values;
}

std::vector<bool> ConfigReader::flags(ConfigKey key) {
  std::vector<bool> values;
  bool good = true;
  if (gguf) {
    const GgufValue *found = key.gguf.empty() ? nullptr : takeGguf(key.gguf);
    for (std::uint64_t i = 0; found && found->type() == GgufType::Array && i < found->length(); ++i) {
      std::optional<bool> value = found->at(i).boolean();
      if (!value)
        if (std::optional<std::int64_t> number = found->at(i).integer())
          value = *number != 0;
      good &= value.has_value();
      values.push_back(value.value_or(false));
    }
    good &= !found || found->type() == GgufType::Array;
  } else if (const Json *found = key.huggingFace.empty() ? nullptr : take(key.huggingFace)) {
    good = found->is_array();
    if (good)
      for (const Json &element : *found) {
        good &= element.is_boolean() || element == 0 || element == 1;
        values.push_back(element == 1 || element == true);
      }
  }
  if (!good)
    problem(key, "must be a list of true and false, or of 1 and 0", "repair the model's configuration");
  return values;
}

std::vector<std::string> ConfigReader::texts(ConfigKey key) {
  std::vector<std::string> values;
  bool good = true;
  if (gguf) {
    const GgufValue *found = key.gguf.empty() ? nullptr : takeGguf(key.gguf);
    if (found && found->texts())
      values.assign(found->texts()->begin(), found->texts()->end());
    good = !found || found->texts();
  } else if (const Json *found = key.huggingFace.empty() ? nullptr : take(key.huggingFace)) {
    good = found->is_array();
    if (good)
      for (const Json &element : *found) {
        good &= element.is_string();
        values.push_back(element.is_string() ? element.get<std::string>() : "");
      }
  }
  if (!good)
    problem(key, "must be a list of texts", "repair the model's configuration");
  return values;
}

//===----------------------------------------------------------------------===//
// What nobody read
//===----------------------------------------------------------------------===//

/// A flag counts as 0 or 1.
static std::optional<double> numberOf(const Json &value) {
  if (value.is_boolean())
    return value.get<bool>();
  return value.is_number() ? std::optional<double>(value.get<double>()) : std::nullopt;
}

void ConfigReader::reportUnread() {
  if (!gguf) {
    for (const auto &[key, value] : json->items())
      if (!value.is_null() && !used.count(key))
        if (std::optional<Problem> problem = problemOfUnreadKey(where({key, {}}), key, numberOf(value)))
          problems->push_back(std::move(*problem));
    return;
  }
  for (const GgufEntry &entry : gguf->entries()) {
    if (used.count(entry.key) || isHarmlessMetadata(entry.key))
      continue;
    std::string_view key = entry.key;
    if (key.substr(0, prefix.size()) == prefix)
      key.remove_prefix(prefix.size());
    std::string where = source + ": key '" + std::string(entry.key) + "'";
    if (std::optional<Problem> problem = problemOfUnreadKey(std::move(where), key, entry.value.number()))
      problems->push_back(std::move(*problem));
  }
}
