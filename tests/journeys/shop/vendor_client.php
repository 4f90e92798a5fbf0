<?php
// How the shop speaks to the gateway: with the gateway vendor's own module, as it was published.
declare(strict_types=1);

if (!function_exists('split')) {
    // The module is of a time when PHP had this. Nothing else of it needs help today.
    function split(string $separator, string $text): array
    {
        return explode($separator, $text);
    }
}

// Its settings lie beside the shop's: they say where the gateway is.
set_include_path(getenv('SHOP_STATE') . PATH_SEPARATOR . getenv('SHOP_MODULE'));
require_once 'com/gmo_pg/client/input/EntryTranNetcashInput.php';
require_once 'com/gmo_pg/client/input/ExecTranNetcashInput.php';
require_once 'com/gmo_pg/client/input/NetcashStartInput.php';
require_once 'com/gmo_pg/client/input/SearchTradeMultiInput.php';
require_once 'com/gmo_pg/client/tran/EntryTranNetcash.php';
require_once 'com/gmo_pg/client/tran/ExecTranNetcash.php';
require_once 'com/gmo_pg/client/tran/SearchTradeMulti.php';
require_once 'com/gmo_pg/client/common/RedirectUtil.php';

function credentials(): array
{
    return ['ShopID' => getenv('SHOP_ID'), 'ShopPass' => getenv('SHOP_PASS')];
}

// A call of the module, and what it answered.
function answered(object $call, object $input): object
{
    $answer = $call->exec($input);
    if ($call->isExceptionOccured() || $answer->isErrorOccurred()) {
        throw new RuntimeException('the gateway refused');
    }
    return $answer;
}

function page_to_gateway(array $order): string
{
    $order['ClientField1'] = mb_convert_encoding($order['ClientField1'], 'SJIS-win', 'UTF-8');
    $order += credentials();
    $entry = answered(new EntryTranNetcash(), new EntryTranNetcashInput($order));
    $order += ['AccessID' => $entry->getAccessID(), 'AccessPass' => $entry->getAccessPass()];
    $order += ['NetCashPayType' => 'NETCASH'];
    $trade = answered(new ExecTranNetcash(), new ExecTranNetcashInput($order));
    $start = new NetcashStartInput();
    $start->setAccessID($trade->getAccessID());
    $start->setToken($trade->getToken());
    return (new RedirectUtil())->netcashStart('DoNetcashStartRedirect.html', $start, 'SJIS-win');
}

function status_at_gateway(string $orderID): string
{
    $input = new SearchTradeMultiInput(credentials() + ['OrderID' => $orderID, 'PayType' => '16']);
    return answered(new SearchTradeMulti(), $input)->getStatus();
}
