<?php
// How the shop speaks to the gateway where the vendor's module is not at hand: the same three calls
// with PHP's own curl, in the module's manner: empty values are sent, and so are User and Version.
declare(strict_types=1);

function call(string $name, array $fields): array
{
    $fields = ['ShopID' => getenv('SHOP_ID'), 'ShopPass' => getenv('SHOP_PASS')] + $fields;
    $connection = curl_init(getenv('SHOP_GATEWAY') . "/payment/$name.idPass");
    curl_setopt_array($connection, [
        CURLOPT_POSTFIELDS => http_build_query($fields) . '&User=SHOP-1.0&Version=137',
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_FAILONERROR => true,
    ]);
    $answer = [];
    foreach (explode('&', rtrim((string) curl_exec($connection), "\r\n")) as $pair) {
        [$key, $value] = explode('=', $pair, 2) + ['', ''];
        $answer[$key] = $value;
    }
    if (($answer['ErrCode'] ?? '') !== '' || count($answer) < 2) {
        throw new RuntimeException('the gateway refused');
    }
    return $answer;
}

function page_to_gateway(array $order): string
{
    $order['ClientField1'] = mb_convert_encoding($order['ClientField1'], 'SJIS-win', 'UTF-8');
    $names = array_flip(['OrderID', 'Amount', 'Tax']);
    $entry = call('EntryTranNetcash', array_intersect_key($order, $names));
    $order = array_diff_key($order, ['Amount' => 1, 'Tax' => 1]);
    $empty = ['ClientField2' => '', 'ClientField3' => '', 'NetCashPayType' => 'NETCASH'];
    $trade = array_intersect_key($entry, ['AccessID' => 1, 'AccessPass' => 1]);
    $start = call('ExecTranNetcash', $trade + $order + $empty);
    return "<body onload='document.forms[0].submit()'><form method=post action='{$start['StartURL']}'>
        <input type=hidden name=AccessID value='{$start['AccessID']}'>
        <input type=hidden name=Token value='{$start['Token']}'></form>";
}

function status_at_gateway(string $orderID): string
{
    return call('SearchTradeMulti', ['OrderID' => $orderID, 'PayType' => '16'])['Status'];
}
